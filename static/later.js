// Loads what the first view does without (rest.js).

// After a failure.
export const againMs = 3_000;
let loading = null;

// What was loaded; null: it is not there yet.
export let rest = null;

// Resolves with it. A failure is told to all who ask in the next seconds; then it is tried again.
export function loadRest() {
    loading ??= import("./rest.js").then((made) => (rest = made), (error) => {
        setTimeout(() => { loading = null; }, againMs);
        throw error;
    });
    return loading;
}
