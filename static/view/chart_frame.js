// The elements of the chart around what lightweight-charts draws.

const keysId = "price-chart-keys";
const keysWords = "Left and right arrow: the price before and after; Home and End: the first and " +
    "last; plus and minus: zoom; Escape: all that is in view.";

// Fills the container; returns { plot, button, empty }.
export function furnish(container, legend) {
    const make = (name, className) => {
        const node = document.createElement(name);
        node.className = className;
        return node;
    };
    const plot = make("div", "price-chart-plot");
    plot.tabIndex = 0;
    // Not role="img": a screen reader would then keep its keys.
    plot.setAttribute("role", "application");
    plot.setAttribute("aria-roledescription", "chart");
    plot.setAttribute("aria-describedby", keysId);
    plot.setAttribute("aria-label", "No prices to draw yet");
    const keys = make("p", "");
    keys.id = keysId;
    keys.textContent = keysWords;
    keys.hidden = true;
    const button = make("button", "price-chart-now");
    button.type = "button";
    button.textContent = "Back to now";
    button.hidden = true;
    const empty = make("p", "price-chart-empty");
    empty.textContent = "No prices in view";
    container.classList.add("price-chart");
    container.replaceChildren(legend.element, legend.spoken, plot, keys, empty, button);
    return { plot, button, empty };
}
