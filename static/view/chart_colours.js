// The colours of the theme in a form that a canvas can use. A custom property may hold anything
// that CSS knows (color-mix, light-dark, another variable), so the browser computes it.

const names = ["edge", "ink", "faded", "up", "down", "line", "short", "long"];

// { edge: { solid: "rgba(…)", at(alpha) }, …, surface, font }; `surface` is what lies behind.
export function coloursOf(element) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const made = (layers) => {
        context.clearRect(0, 0, 1, 1);
        for (const layer of layers) {
            context.fillStyle = layer;
            context.fillRect(0, 0, 1, 1);
        }
        const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
        const at = (alpha) => `rgba(${r}, ${g}, ${b}, ${alpha})`;
        return { solid: at(1), at };
    };
    const probe = document.createElement("span");
    probe.hidden = true;
    element.append(probe);
    const colours = {};
    for (const name of names) {
        probe.style.color = `var(--${name})`;
        colours[name] = made([getComputedStyle(probe).color]);
    }
    probe.remove();
    const layers = [];
    for (let behind = element; behind; behind = behind.parentElement)
        layers.unshift(getComputedStyle(behind).backgroundColor);
    return { ...colours, surface: made(layers), font: getComputedStyle(element).fontFamily };
}
