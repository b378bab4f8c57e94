// Helpers for the document. Text is set as text, and a node is not touched if it is right already.

export const byId = (id) => document.getElementById(id);

export function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function setHidden(node, isHidden) {
    if (node.hidden !== isHidden) node.hidden = isHidden;
}

export function element(name, { className = "", text, ...attributes } = {}, ...children) {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
}

const svgNamespace = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
    const node = document.createElementNS(svgNamespace, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
}

// The shape of an icon that ends or removes something. Others are in icons.js.
export const crossPath = "M5 5l10 10M15 5L5 15";

export function icon(path) {
    const box = { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" };
    return svg("svg", box, svg("path", { d: path }));
}

export function iconButton(path, label) {
    const attributes = { className: "quiet", type: "button", "aria-label": label };
    return element("button", attributes, icon(path));
}

// Sets a figure, its characters that differ from those before in elements of their own, which a style
// lets flash. Figures of another length differ as a whole.
export function setFigure(node, text) {
    const before = node.textContent;
    if (before === text) return;
    node.replaceChildren(...runsOf(before, text).map((part) =>
        part.isChanged ? element("span", { className: "changed", text: part.text }) : part.text));
}

// The text in runs of characters that are, or are not, those before: [{ text, isChanged }].
export function runsOf(before, text) {
    const parts = [];
    for (let i = 0; i < text.length; ++i) {
        const isChanged = before.length !== text.length || before[i] !== text[i];
        const last = parts.at(-1);
        if (last?.isChanged === isChanged) last.text += text[i];
        else parts.push({ isChanged, text: text[i] });
    }
    return parts;
}

const toFlash = new Map(); // nodes to the directions of those that wait for the next frame

// Restarts an animation that depends on an attribute. A background tab has no frames, so it queues
// nothing.
export function flash(node, direction) {
    if (document.hidden) return;
    const isAwaited = toFlash.has(node);
    toFlash.set(node, direction);
    if (isAwaited) return;
    node.removeAttribute("data-flash");
    requestAnimationFrame(() => {
        node.setAttribute("data-flash", toFlash.get(node));
        toFlash.delete(node);
    });
}

// Orders the children of `parent`. Children in their place are not touched, and the `held` one
// never is: a node that is moved loses the focus and the pointer that drags it.
export function arrange(parent, nodes, held = childWith(parent, document.activeElement)) {
    nodes.forEach((node, i) => {
        if (node !== held || held.parentNode !== parent) {
            if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
            return;
        }
        while (parent.children[i] !== held) parent.append(parent.children[i]);
    });
    while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

// The child that is the node or contains it, or null.
function childWith(parent, node) {
    if (!parent.contains(node)) return null;
    return [...parent.children].find((child) => child.contains(node)) ?? null;
}
