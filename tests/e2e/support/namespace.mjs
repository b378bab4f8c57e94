// A network of its own, joined to ours by one cable: the only way to have peers that vanish without
// a word, and peers that never finish their handshake. Needs root and iproute2.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
const ip = (...args) => execute("ip", args);

let made = 0;

let tried = null;

// Why there can be none here, or null.
export async function whyNot() {
    return (tried ??= tryIt());
}

async function tryIt() {
    if (process.getuid() !== 0) return "a network namespace needs root";
    const name = `tt-try-${process.pid}`;
    try {
        await ip("netns", "add", name);
        await ip("link", "add", `ttx${process.pid % 100_000}`, "type", "veth", "peer", "name",
            "tt0", "netns", name);
        return null;
    } catch (error) {
        return `no network namespace here: ${error.message.split("\n").at(-2) ?? error.message}`;
    } finally {
        await ip("netns", "del", name).catch(() => {});
    }
}

// Joined as `host` (ours) and `guest` (theirs). `under` is the command to run something there.
// `strangers`: addresses that seem to live there, and whom nothing that is sent to them reaches.
export async function namespace(t) {
    const number = (process.pid + 97 * made++) % 250;
    const name = `tt-${process.pid}-${made}`;
    const ours = `tt${process.pid % 100_000}n${made}`;
    const at = (last) => `198.18.${number}.${last}`;
    const mac = (last) => `02:54:54:00:00:0${last}`;
    await ip("netns", "add", name);
    t.after(async () => {
        // Connections that were not ended keep the namespace for minutes, but not the cable.
        await ip("link", "del", ours).catch(() => {});
        await ip("netns", "del", name);
    });
    await ip("link", "add", ours, "address", mac(1), "type", "veth",
        "peer", "name", "tt0", "address", mac(2), "netns", name);
    await ip("addr", "add", `${at(1)}/24`, "dev", ours);
    await ip("link", "set", ours, "up");
    await ip("-n", name, "addr", "add", `${at(2)}/24`, "dev", "tt0");
    await ip("-n", name, "link", "set", "tt0", "up");
    // A process that asks for the other's address would learn that it has gone.
    await ip("neigh", "replace", at(2), "lladdr", mac(2), "dev", ours, "nud", "permanent");
    await ip("route", "replace", `198.19.${number}.0/24`, "via", at(2), "dev", ours);
    const under = ["ip", "netns", "exec", name];
    await execute("ip", [...under.slice(1), "sh", "-c",
        "echo 1 > /proc/sys/net/ipv4/ip_nonlocal_bind"]);
    return {
        under,
        host: at(1),
        guest: at(2),
        strangers: Array.from({ length: 200 }, (_, i) => `198.19.${number}.${i + 1}`),
        name,
        // The cable is pulled out at their end, and put in again: nobody is told.
        pull: () => ip("-n", name, "link", "set", "tt0", "down"),
        plug: () => ip("-n", name, "link", "set", "tt0", "up"),
        // From now on nothing comes from there, and nothing says so.
        vanish: () => ip("-n", name, "addr", "flush", "dev", "tt0"),
    };
}

// Another cable to that namespace, which stays while the first is pulled: what a test says to those
// who live there is not a part of what it tries. They may then talk to each other as well.
export async function sideEntrance(t, { name }) {
    const number = (process.pid + 97 * made++) % 250;
    const ours = `tt${process.pid % 100_000}n${made}`;
    const [host, guest] = [1, 2].map((last) => `198.18.${number}.${last}`);
    await ip("link", "add", ours, "type", "veth", "peer", "name", "tt1", "netns", name);
    t.after(() => ip("link", "del", ours).catch(() => {}));
    await ip("addr", "add", `${host}/24`, "dev", ours);
    await ip("link", "set", ours, "up");
    await ip("-n", name, "addr", "add", `${guest}/24`, "dev", "tt1");
    await ip("-n", name, "link", "set", "tt1", "up");
    await ip("-n", name, "link", "set", "lo", "up");
    return guest;
}
