// The colours of the page's theme as a canvas can use them. A custom property may hold anything CSS
// knows (color-mix, light-dark, another variable), so the browser is asked what it comes to.

const names = ["card", "edge", "ink", "faded", "up", "down", "line"];

// { card: { solid: "rgba(…)", at(alpha) }, …, font }
export function coloursOf(element) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const probe = document.createElement("span");
    probe.hidden = true;
    element.append(probe);
    const colours = {};
    for (const name of names) {
        probe.style.color = `var(--${name})`;
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = getComputedStyle(probe).color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
        const at = (alpha) => `rgba(${r}, ${g}, ${b}, ${alpha})`;
        colours[name] = { solid: at(1), at };
    }
    probe.remove();
    return { ...colours, font: getComputedStyle(element).fontFamily };
}
