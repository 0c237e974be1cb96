/**
 * Finds players: wherever they are in the page, in shadow roots, inserted later, or in no document
 * at all. An element is noticed when it begins to play, because only then does it matter.
 */

import { followElement, observer, plan } from "./adapters.js";
import { guard } from "./options.js";
import { listen } from "./natives.js";
import { observeElement } from "./tracker.js";

/**
 * Calls `after` behind a method of the browser, which stays what it is to the page.
 * @param {any} owner
 * @param {string} name
 * @param {(self: any, result: any) => void} after
 */
const follow = (owner, name, after) => {
  owner[name] = new Proxy(owner[name], {
    apply(method, self, args) {
      const result = Reflect.apply(method, self, args);
      after(self, result);
      return result;
    },
  });
};

const enter = guard((/** @type {Document | ShadowRoot} */ root) => {
  listen(root, "play playing", ({ target }) => {
    observeElement(target);
    followElement(target);
  });
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ["src"] });
  plan(root);
  for (const element of root.querySelectorAll("*")) {
    observeElement(element);
    if (element.shadowRoot) enter(element.shadowRoot);
  }
});

export const findPlayers = () => {
  follow(Element.prototype, "attachShadow", (_, root) => enter(root));
  follow(HTMLMediaElement.prototype, "play", observeElement);
  enter(document);
};
