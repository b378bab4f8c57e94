// A price as a small line without axes, broken where something is missing.

const svgNamespace = "http://www.w3.org/2000/svg";
const size = { width: 96, height: 28, pad: 2 };

// Draws into an <svg>. `points`: { at, price, beginsRun } in order; no line leads to a point that
// begins a run. `direction`: up, down or none, for the style sheet. `fromAt`, `toAt`: the times at
// the edges; by default those of the first and the last point.
export function drawSparkline(svg, points, { direction = "none", fromAt, toAt } = {}) {
    let path = svg.firstElementChild;
    if (!path) {
        path = document.createElementNS(svgNamespace, "path");
        svg.append(path);
        svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
        svg.setAttribute("preserveAspectRatio", "none");
        svg.setAttribute("aria-hidden", "true");
        svg.classList.add("sparkline");
        path.setAttribute("vector-effect", "non-scaling-stroke");
    }
    svg.dataset.direction = direction;
    path.setAttribute("d", sparklinePath(points, fromAt, toAt));
}

export function sparklinePath(points, fromAt = points[0]?.at, toAt = points.at(-1)?.at) {
    if (points.length === 0) return "";
    const { width, height, pad } = size;
    let low = Infinity;
    let high = -Infinity;
    for (const { price } of points) {
        low = Math.min(low, price);
        high = Math.max(high, price);
    }
    const span = Math.max(1, toAt - fromAt);
    const x = (at) => (pad + ((at - fromAt) / span) * (width - 2 * pad)).toFixed(1);
    // A price that has not moved is a line in the middle.
    const y = (price) =>
        (high === low
            ? height / 2
            : pad + ((high - price) / (high - low)) * (height - 2 * pad)).toFixed(1);
    return points
        .map(({ at, price, beginsRun }, i) => {
            const place = `${x(at)} ${y(price)}`;
            if (i > 0 && !beginsRun) return `L${place}`;
            const isAlone = i === points.length - 1 || points[i + 1].beginsRun;
            return isAlone ? `M${place}h0.1` : `M${place}`;
        })
        .join("");
}
