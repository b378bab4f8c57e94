// How long the main thread of a page is busy without a pause: a task over 50 ms is felt.

import { setTimeout as pause } from "node:timers/promises";
import { heldBy } from "../e2e/support/browser.mjs";
import { format } from "./tables.mjs";

export const taskMostMs = 50;
const loadMs = 10_000;
const collectingMs = 1_000; // the collection before a sample is ours, and no task of the page

// Notes the tasks of a page that was just opened. Resolves when it has loaded.
export async function watchTasks(page) {
    await page.evaluate(() => {
        window.tasks = [];
        new PerformanceObserver((list) => {
            for (const { startTime, duration } of list.getEntries())
                window.tasks.push({ startTime, duration });
        }).observe({ type: "longtask", buffered: true });
    });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Performance.enable");
    await pause(loadMs);
    return devtools;
}

// What the page holds, how long it has been busy, and when.
export async function sample(page, devtools) {
    const held = await heldBy(devtools);
    return { ...held, now: await page.evaluate(() => performance.now()) };
}

// The tasks since it had loaded, without those of the samples.
export async function tasksOf(page, samples) {
    const tasks = await page.evaluate(() => window.tasks);
    const isOurs = ({ startTime, duration }) => samples.some(
        ({ now }) => startTime <= now && startTime + duration >= now - collectingMs);
    return tasks.filter((task) => task.startTime > loadMs / 2 && !isOurs(task));
}

// The columns that every table has of the time between two samples.
export function columnsOf(before, now, tasks) {
    const within = tasks.filter((task) => task.startTime > before.now && task.startTime <= now.now);
    return {
        "heap, MB": format(now.heap / 1e6, 2),
        "DOM nodes": format(now.nodes, 0),
        listeners: format(now.listeners, 0),
        "busy": `${format((100_000 * (now.busy - before.busy)) / (now.now - before.now), 1)} %`,
        "tasks over 50 ms": within.length,
        "longest, ms": within.length > 0
            ? format(Math.max(...within.map((task) => task.duration)), 0) : "-",
    };
}

export function summaryOf(tasks) {
    const longest = Math.max(0, ...tasks.map((task) => task.duration));
    return `tasks over ${taskMostMs} ms after load: ${tasks.length}` +
        (longest > 0 ? `, the longest ${format(longest, 0)} ms` : "");
}
