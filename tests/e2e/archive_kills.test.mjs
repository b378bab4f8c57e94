// kill -9, again and again, with the archive in files.
//
// ARCHIVE_KILLS: how often (5). `make test-long` sets 200.

import { join } from "node:path";
import { test } from "node:test";
import { killAgainAndAgain, ticksPerSecond } from "./support/kills.mjs";
import { scratch } from "./support/server.mjs";

const kills = Number(process.env.ARCHIVE_KILLS ?? 5);
const clients = Number(process.env.ARCHIVE_CLIENTS ?? (kills > 20 ? 500 : 100));

test(`${kills} times kill -9 under ${ticksPerSecond} ticks a second`, { timeout: 1_800_000 }, async (t) => {
    const directory = join(await scratch(t), "data");
    await killAgainAndAgain(t, { archive: { ARCHIVE: `sqlite:${directory}` }, kills, clients });
});
