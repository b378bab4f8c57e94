// The waits and limits that a stream, its worker and its tabs have in common.

// A tab takes its worker for dead after this time without a message. Also the time limit of a
// request, and how long a tab that was sent away waits at first before it shares again.
export const patienceMs = 10_000;
// How often the worker sends `here` to its tabs, and how long a tab waits for the first one.
export const hereMs = 3_000;
// A tab gets what it missed over the shared connection if that is no longer ago than this. Also the
// longest time a tab keeps a connection of its own before it tries to share again.
export const behindMaxMs = 300_000;

// A clock that cannot be set: the wall clock of the computer may step by an hour.
export const steady = () => performance.now();

// What a stream can follow beside ticks, each an event of that name.
export const topicNames = ["market", "kpis", "news"];
