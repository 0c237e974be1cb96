/**
 * Finds players: wherever they are in the page, in shadow roots, inserted later, or in no document
 * at all. An element is noticed when it begins to play, because only then does it matter.
 */

import { listen } from "./pristine.js";

/**
 * Calls `after` behind a method of the browser, which stays what it is to the page.
 * @param {any} owner
 * @param {string} name
 * @param {(self: any, result: any) => void} after
 */
const follow = (owner, name, after) => {
  owner[name] = new Proxy(owner[name], {
    apply: (method, self, args) => {
      const result = Reflect.apply(method, self, args);
      after(self, result);
      return result;
    },
  });
};

/**
 * @param {(player: HTMLMediaElement) => void} found
 * @param {(root: Document | ShadowRoot) => void} entered
 */
export const findPlayers = (found, entered) => {
  /** @param {EventTarget | null} target */
  const check = (target) => {
    if (target instanceof HTMLMediaElement) found(target);
  };
  /** @param {Document | ShadowRoot} root */
  const enter = (root) => {
    listen(root, "play playing", (event) => check(event.target));
    entered(root);
    for (const element of root.querySelectorAll("*")) {
      check(element);
      if (element.shadowRoot) enter(element.shadowRoot);
    }
  };
  follow(Element.prototype, "attachShadow", (_, root) => enter(root));
  follow(HTMLMediaElement.prototype, "play", check);
  enter(document);
};
