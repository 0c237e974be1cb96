import { createElement } from "react";
import { createRoot } from "react-dom/client";
import ReactPlayer from "react-player";

const root = document.getElementById("root");
createRoot(root).render(createElement(ReactPlayer, { src: root.dataset.src, controls: true }));
