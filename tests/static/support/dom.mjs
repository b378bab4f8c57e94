// As much of a document as the views of static/view/ use, without a browser. It counts which nodes
// are moved.

class FakeNode {
    parentNode = null;
    children = [];
    textContent = "";
    hidden = false;
    dataset = {};
    moves = 0;
    #attributes = new Map();

    constructor(name) {
        this.name = name;
    }

    getAttribute(name) {
        return this.#attributes.get(name) ?? null;
    }

    setAttribute(name, value) {
        this.#attributes.set(name, value);
    }

    removeAttribute(name) {
        this.#attributes.delete(name);
    }

    get lastElementChild() {
        return this.children.at(-1) ?? null;
    }

    contains(node) {
        return node === this || this.children.some((child) => child.contains(node));
    }

    append(...nodes) {
        for (const node of nodes) this.insertBefore(node, null);
    }

    insertBefore(node, next) {
        node.remove();
        const index = next ? this.children.indexOf(next) : this.children.length;
        this.children.splice(index, 0, node);
        node.parentNode = this;
        node.moves += 1;
    }

    remove() {
        if (!this.parentNode) return;
        this.parentNode.children.splice(this.parentNode.children.indexOf(this), 1);
        this.parentNode = null;
    }

    // The text of the node and of all in it.
    get words() {
        return [this.textContent, ...this.children.map((child) => child.words)].join(" ").trim();
    }
}

// Puts a document in place; it stays for the whole file, because views look for their nodes as they
// are loaded. `frames` holds what waits for the next frame.
export function startDocument() {
    const nodes = new Map();
    const frames = [];
    const document = {
        hidden: false,
        activeElement: null,
        createElement: (name) => new FakeNode(name),
        getElementById: (id) => {
            if (!nodes.has(id)) nodes.set(id, new FakeNode(id));
            return nodes.get(id);
        },
    };
    Object.assign(globalThis, { document, requestAnimationFrame: (act) => frames.push(act) });
    const draw = () => {
        for (const act of frames.splice(0)) act();
    };
    return { document, frames, draw };
}
