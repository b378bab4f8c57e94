// How an alarm is noticed beyond the page: by a sound, and by a notification of the system. Both
// are used only if the visitor has asked for them. A browser may refuse either; these functions say
// so.

const notes = [880, 1174.7]; // Hz
const noteSeconds = 0.16;
const loudness = 0.12;
const holdMs = 5_000;
const iconUrl = new URL("./icon.svg", import.meta.url).href;

let context = null;

// A browser lets a page make sounds only after the visitor has clicked or pressed a key.
export function wakeSound() {
    try {
        context ??= new AudioContext();
        context.resume();
    } catch {
        context = null;
    }
}

function canRing() {
    return context?.state === "running";
}

function ring() {
    if (!canRing()) return;
    notes.forEach((pitch, i) => {
        const from = context.currentTime + i * noteSeconds;
        const tone = context.createOscillator();
        const volume = context.createGain();
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(loudness, from);
        volume.gain.exponentialRampToValueAtTime(0.0001, from + noteSeconds * 2);
        tone.connect(volume).connect(context.destination);
        tone.start(from);
        tone.stop(from + noteSeconds * 2);
    });
}

// If several tabs get the same tick at the same time, only one of them acts. Browsers offer the
// locks for this only over HTTPS or on localhost; elsewhere each tab acts.
function inOneTab(name, act) {
    if (!navigator.locks) {
        act();
        return;
    }
    navigator.locks.request(`tickertape ${name}`, { ifAvailable: true }, async (lock) => {
        if (!lock) return;
        act();
        await new Promise((resume) => setTimeout(resume, holdMs));
    });
}

export function canNotify() {
    return typeof Notification === "function";
}

export function mayNotify() {
    return canNotify() && Notification.permission === "granted";
}

// To be called only when the visitor has just asked for notifications.
export async function askToNotify() {
    if (!canNotify()) return "missing";
    const { permission } = Notification;
    return permission === "default" ? Notification.requestPermission() : permission;
}

function notify(title, body) {
    try {
        return Boolean(new Notification(title, { body, icon: iconUrl, tag: title }));
    } catch {
        return false; // some phones know notifications only from a service worker
    }
}

// Tells of an alarm in the ways that the visitor has chosen: { hasSound, hasNotification }.
export function sound(words, symbol, { hasSound, hasNotification }) {
    if (hasSound && canRing()) inOneTab(`sound ${words}`, ring);
    if (hasNotification && mayNotify())
        inOneTab(`notification ${words}`, () => notify(`Tickertape: ${symbol}`, words));
}
