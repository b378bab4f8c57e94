// The watchlists by their names: a choice above the list, and, while it is edited, what can be done
// with lists.

import { Watchlists, fileCharsMax, linkOfList, listOfLink, nameMax } from "../model/watchlists.js";
import { save } from "./save.js";
import { byId, element, setHidden, setText } from "./dom.js";

const title = byId("watchlist-title");
const list = byId("watched");
const button = (text) => element("button", { className: "quiet small", type: "button", text });

export class ListsView {
    #lists;
    #current;
    #choice = element("select", { className: "lists", id: "lists", "aria-label": "Watchlist shown" });
    #tools = element("div", { className: "list-tools", hidden: "" });
    #name = element("input", {
        type: "text", id: "list-name", "aria-label": "Name of the list", placeholder: "Name of the list",
        maxlength: nameMax, autocomplete: "off", "aria-describedby": "list-told",
    });
    #remove = button("Delete this list");
    #told = element("p", { className: "hint", id: "list-told", role: "status" });
    #shared = element("div", { className: "shared", role: "region", "aria-label": "A shared watchlist", hidden: "" });

    constructor(storage, current) {
        this.#current = current;
        this.#lists = new Watchlists(storage, current);
        this.#lists.addEventListener("change", () => this.#fill());
        this.#choice.addEventListener("change", () => this.#tell(this.#lists.choose(this.#choice.value)));
        this.#furnish();
        this.#fill();
        this.#offerShared();
    }

    follow(raw) {
        this.#lists.follow(raw);
    }

    // Its tools are there while the list is edited.
    draw() {
        setHidden(this.#tools, !list.classList.contains("editing"));
    }

    #furnish() {
        const make = button("New list");
        const rename = button("Rename");
        const out = button("Export");
        const bring = button("Import");
        const link = button("Copy link");
        const file = element("input", { type: "file", accept: ".json,application/json", hidden: "", id: "list-file" });
        make.addEventListener("click", () => this.#act((name) => this.#lists.create(name), "New list"));
        rename.addEventListener("click", () => this.#act((name) => this.#lists.rename(name), "Renamed"));
        this.#remove.addEventListener("click", () => {
            const name = this.#lists.chosen;
            this.#tell(this.#lists.remove() || `Deleted ${name}`);
        });
        out.addEventListener("click", () => save({
            name: "watchlists.json", type: "application/json", text: this.#lists.exported(),
        }));
        bring.addEventListener("click", () => file.click());
        file.addEventListener("change", () => this.#bring(file));
        link.addEventListener("click", () => this.#copyLink());
        this.#name.addEventListener("keydown", ({ key }) => key === "Enter" && make.click());
        this.#tools.append(this.#name, element("div", { className: "buttons" },
            make, rename, this.#remove, out, bring, link), file, this.#told);
        title.parentElement.after(this.#shared, this.#choice);
        list.before(this.#tools);
    }

    #fill() {
        const { names, chosen } = this.#lists;
        this.#choice.replaceChildren(...names.map((name) => element("option", { value: name, text: name })));
        this.#choice.value = chosen;
        setHidden(this.#choice, names.length < 2);
        this.#remove.disabled = names.length < 2;
    }

    #act(act, done) {
        const why = act(this.#name.value);
        this.#tell(why || `${done}: ${this.#lists.chosen}`);
        if (why) this.#name.focus();
        else this.#name.value = "";
    }

    async #bring(file) {
        const [chosen] = file.files;
        file.value = "";
        if (!chosen) return;
        const text = chosen.size > fileCharsMax ? "" : await chosen.text().catch(() => "");
        const { added, why } = this.#lists.imported(text);
        this.#tell([added.length > 0 && `Added: ${added.join(", ")}.`, why].filter(Boolean).join(" "));
    }

    async #copyLink() {
        const href = linkOfList(location.href, { name: this.#lists.chosen, symbols: this.#current.all });
        const isCopied = await navigator.clipboard?.writeText(href).then(() => true, () => false);
        this.#tell(isCopied ? "The link is in the clipboard." : href);
    }

    // A list that came with the address is added only if the visitor wants it.
    #offerShared() {
        const shared = listOfLink(location.href);
        if (!shared) return;
        const end = () => {
            history.replaceState(null, "", linkOfList(location.href, null));
            this.#shared.remove();
        };
        const add = element("button", { className: "solid", type: "button", text: "Add it" });
        const leave = button("No, thanks");
        add.addEventListener("click", () => {
            const { added, why } = this.#lists.imported(JSON.stringify({ lists: [shared] }));
            if (added.length > 0) this.#lists.choose(added[0]);
            setText(byId("said"), why || `Added: ${added[0]}`);
            end();
        });
        leave.addEventListener("click", end);
        this.#shared.append(
            element("p", { text: `The link has a watchlist, “${shared.name}”: ${shared.symbols.join(", ")}` }),
            add, leave);
        setHidden(this.#shared, false);
    }

    #tell(words) {
        setText(this.#told, words);
    }
}
