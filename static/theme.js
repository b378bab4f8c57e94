// Runs before the page is painted, so that it never shows in the wrong theme or tab; the rest of
// the page follows as modules, which also check the stored settings.
{
    let kept = null;
    try {
        kept = JSON.parse(localStorage.getItem("tickertape.settings"));
    } catch {
        // Nothing can be read: use the theme of the system.
    }
    const { theme, isCompact, colours, hidden } = kept ?? {};
    const root = document.documentElement;
    root.dataset.theme = theme === "light" || theme === "dark" ? theme : "system";
    root.dataset.colours = colours === "blue" ? "blue" : "green";
    root.dataset.hidden = String(hidden ?? "");
    root.dataset.script = "on";
    root.dataset.tab = /\/(market|bitcoin|news|compare|settings|coin)(\/[^/]+)?$/.exec(location.pathname)?.[1] ?? "price";
    root.dataset.density = isCompact === true ? "compact" : "normal";
}
