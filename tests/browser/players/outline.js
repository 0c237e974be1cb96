/**
 * The page as an outline: every element with its attributes, through open shadow roots, but for
 * what changes with time; and the names that scripts have put on the window.
 */
(ignored) => {
    const lines = [];
    const enter = (node, depth) => {
        for (const element of node.children) {
            if (element.src?.includes?.("playrelay.js")) continue;
            const attributes = Array.from(element.attributes, ({ name, value }) => `${name}=${value.replace(/^blob:.*/, "blob:")}`);
            const kept = attributes.filter((each) => !ignored.some((word) => each.startsWith(word)));
            lines.push(`${"  ".repeat(depth)}${element.localName} ${kept.sort().join(" ")}`);
            enter(element, depth + 1);
            if (element.shadowRoot) enter(element.shadowRoot, depth + 1);
        }
    };
    enter(document, 0);
    const names = Object.keys(window).filter((name) => name != "playrelay");
    return [...lines, `window ${names.sort().join(" ")}`, `history ${history.length}`];
};
