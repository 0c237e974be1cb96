/**
 * Finds players anywhere in the page, in shadow roots, inserted later, or in no document
 * at all. An element is found when it begins to play, because it does not matter before.
 */

import { followElement, noteInput, plan } from "./adapters.js";
import { guard } from "./options.js";
import { listen, whenIdle } from "./natives.js";
import { observeElement } from "./tracker.js";

/**
 * Wraps a method of the browser, invisibly to the page, and calls `after` when the browser is idle,
 * and so outside of the page's own work (Angular tracks everything that its zone has begun). Some
 * pages freeze the browser's prototypes: then it throws in a module.
 */
const follow = guard((/** @type {any} */ owner, /** @type {string} */ name, /** @type {(self: any, result: any) => void} */ after) => {
  owner[name] = new Proxy(owner[name], {
    apply(method, self, args) {
      const result = Reflect.apply(method, self, args);
      whenIdle(() => after(self, result));
      return result;
    },
  });
});

/** @type {MutationObserver} */
let observer;
/** @type {WeakSet<Node>} */
const entered = new WeakSet();

/** Searches the current content. @param {any} root an element, a document or a shadow root */
const search = (root) => {
  for (const element of [root, ...(root.querySelectorAll?.("*") || [])]) {
    observeElement(element);
    if (element.shadowRoot) enter(element.shadowRoot);
  }
};

const enter = guard((/** @type {Document | ShadowRoot} */ root) => {
  if (entered.has(root)) return;
  entered.add(root);
  listen(root, "play playing", ({ target }) => {
    observeElement(target);
    followElement(target);
  });
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ["src"] });
  plan(root);
  search(root);
});

export const findPlayers = () => {
  observer = new MutationObserver(
    guard((/** @type {MutationRecord[]} */ changes) => {
      for (const { target, addedNodes } of changes) {
        plan(target.getRootNode());
        // The parser makes shadow roots that no script has attached.
        for (const node of addedNodes) search(node);
      }
    }),
  );
  follow(Element.prototype, "attachShadow", (_, root) => enter(root));
  follow(HTMLMediaElement.prototype, "play", observeElement);
  enter(document);
  // It may have created some in existing content, or after their elements were found to be empty.
  listen(document, "DOMContentLoaded", () => search(document));
  listen(window, "click keydown", (event) => {
    noteInput(event);
    for (const node of event.composedPath()) if (node.host) enter(node);
  });
};
