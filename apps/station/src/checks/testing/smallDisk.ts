// A station on a small file system of its own that fills up, checked by itself and by another whose disk has room: run by
// fullDisk.test.ts in a mount namespace. Arguments: the mount point, and a folder with room. Prints what either found.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { certain } from "@parley/base/result";
import type { Station } from "../../station.ts";
import { makeSites, pairStations, until } from "../../testing.ts";
import { fillDisk } from "../../testing/ballast.ts";

const [disk = "", room = ""] = process.argv.slice(2);
const ballast = join(disk, "ballast");

const found = (station: Station): readonly string[] =>
  (station.checks.shown()[0]?.findings ?? [])
    .filter(({ code }) => code !== "CHECK_DISK_SLOW")
    .map(({ code, whose, level }) => `${code} ${whose} ${level}`);

process.env["TMPDIR"] = disk;
const small = makeSites();
process.env["TMPDIR"] = room;
const large = makeSites();
const a = await (await small.make("Small")).start();
const b = await (await large.make("Large")).start();
await pairStations(a, b);
const isUp = (station: Station): boolean => station.links.all().every(({ link }) => station.links.reachable(link).up);
await until("the link is up", () => isUp(a) && isUp(b));

await a.checks.round();
await b.checks.round();
const before = { ours: found(a), theirs: found(b) };
fillDisk(ballast);
// Whatever is to be written next meets the full disk.
void a.writer.write((tx) => tx.put("ballast", "1", new Uint8Array(60_000)));
await until("the disk is full", () => a.writer.room().at === "full");
await Promise.all([a.checks.round(), b.checks.round()]);
const whileFull = { ours: found(a), theirs: found(b) };
rmSync(ballast);
await until("there is room", () => a.writer.room().at === "free");
await a.checks.round();
await b.checks.round();
const afterwards = { ours: found(a), theirs: found(b) };
console.log(JSON.stringify({ before, whileFull, afterwards, entries: certain(await a.store.events(0, 1)).length }));
// Timers of stations that are not closed keep nobody waiting.
process.exit(0);
