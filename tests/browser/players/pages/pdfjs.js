import * as pdfjsLib from "pdfjs-dist";

// The viewer's components look for it on the window.
globalThis.pdfjsLib = pdfjsLib;
pdfjsLib.GlobalWorkerOptions.workerSrc = "/npm/pdfjs-dist/build/pdf.worker.min.mjs";
const { EventBus, PDFViewer } = await import("pdfjs-dist/web/pdf_viewer.mjs");

const viewer = new PDFViewer({ container: document.getElementById("container"), eventBus: new EventBus() });
const { mediaUrl } = document.querySelector("[data-media-url]").dataset;
viewer.setDocument(await pdfjsLib.getDocument(mediaUrl).promise);
