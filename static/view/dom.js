// Small words for the document. Text is set as text, and nothing is touched that is right already.

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

const paths = {
    up: "M10 15V5M5.5 9.5L10 5l4.5 4.5",
    down: "M10 5v10M5.5 10.5L10 15l4.5-4.5",
    remove: "M5 5l10 10M15 5L5 15",
    grip: "M7.5 5h.01M12.5 5h.01M7.5 10h.01M12.5 10h.01M7.5 15h.01M12.5 15h.01",
};

export function icon(name) {
    const box = { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" };
    return svg("svg", box, svg("path", { d: paths[name] }));
}

export function iconButton(name, label) {
    const attributes = { className: "quiet", type: "button", "aria-label": label };
    return element("button", attributes, icon(name));
}

// Has an animation that hangs on an attribute run once more.
export function flash(node, direction) {
    node.removeAttribute("data-flash");
    requestAnimationFrame(() => node.setAttribute("data-flash", direction));
}

// Brings the children of `parent` into this order; those in their place are not touched, because a
// node that is moved loses the focus.
export function arrange(parent, nodes) {
    const focused = document.activeElement;
    nodes.forEach((node, i) => {
        if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
    });
    while (parent.children.length > nodes.length) parent.lastElementChild.remove();
    if (focused !== document.activeElement && parent.contains(focused)) focused.focus();
}
