// Run before the page is painted, so that it never shows in the wrong theme: the rest of the page
// follows as modules. What is kept is checked there too, and better.
{
    let kept = null;
    try {
        kept = JSON.parse(localStorage.getItem("tickertape.settings"));
    } catch {
        // Nothing can be read; the system's theme is a good one.
    }
    const { theme, isCompact } = kept ?? {};
    const root = document.documentElement;
    root.dataset.theme = theme === "light" || theme === "dark" ? theme : "system";
    root.dataset.script = "on";
    root.dataset.density = isCompact === true ? "compact" : "normal";
}
