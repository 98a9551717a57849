// A whole station on a file system of its own that fills up and has room again: run by fullDisk.test.ts in a mount namespace, with
// TMPDIR on that file system. Arguments: the mount point. Prints what it found.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { makeSites, pairStations, twoOfficers, until } from "../testing.ts";
import { fillDisk } from "./ballast.ts";

const [disk = ""] = process.argv.slice(2);
const ballast = join(disk, "ballast");

const sites = makeSites();
const [here, there] = [await sites.make("Northmark"), await sites.make("Estovar")];
let a = await here.start();
const b = await there.start();
await pairStations(a, b);
const [by] = await twoOfficers(a);
const link = a.links.all()[0]?.link ?? "";
await until("the link is up", () => a.links.reachable(link).up);

fillDisk(ballast);
const writes: Promise<unknown>[] = [];
let settled = 0;
for (let n = 0; a.writer.room().at === "free"; n++) {
  writes.push(a.writer.write((tx) => tx.put("ballast", `${n}`, new Uint8Array(60_000))).then(() => settled++));
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (n > 2000) throw new Error("the disk does not fill up");
}
writes.push(a.identity.command({ type: "inviteOfficer", by }).then(() => settled++));
await new Promise((resolve) => setTimeout(resolve, 3000));
const whileFull = {
  open: writes.length - settled,
  said: here.reports.filter(({ code }) => code === "STORE_FULL").length > 0,
  health: await fetch(`http://localhost:${a.ports.web}/healthz`).then((answer) => answer.status),
  linked: a.links.reachable(link).up,
};
rmSync(ballast);
await Promise.all(writes);
const codes = a.identity.state().officerCodes.size;
const afterwards = { room: a.writer.room().at, codes };
const entries = a.store.nextIndex();
await a.close();
fillDisk(ballast);
const started = await here.start().then(
  async (station) => {
    await station.close();
    return "started";
  },
  (error: unknown) => String(error).match(/STORE_[A-Z]+/)?.[0] ?? String(error),
);
rmSync(ballast);
a = await here.start();
const kept = a.store.nextIndex() >= entries && a.identity.state().officerCodes.size === codes;
await a.close();
await b.close();
console.log(JSON.stringify({ whileFull, afterwards, started, kept }));
// Timers of a station that is closed keep nobody waiting.
process.exit(0);
