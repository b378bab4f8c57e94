// What is started for a measurement ends with it.

// Ends what was started within `use`, as a test ends what it started: the last first.
export async function during(use) {
    const ends = [];
    try {
        return await use({ after: (end) => ends.unshift(end) });
    } finally {
        for (const end of ends) await end();
    }
}
