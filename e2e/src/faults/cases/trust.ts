// What goes wrong with records and with who is at the other end.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { certain } from "@parley/base/result";
import { after, ms } from "@parley/base/time";
import { decodeEntry, encodeEntry } from "@parley/ledger/entry";
import { startParty } from "../../../../scripts/demoParties.ts";
import type { Case } from "../case.ts";
import { lineDown } from "../said.ts";
import { begin, restarted } from "../acts.ts";
import { type Site, type Undo, type World, end, linked } from "../world.ts";

const data = ["station.db", "station.db-wal", "station.db-shm"];

/** All three stations' data as they are now, put back whole when it is over: nobody remembers what came between. */
async function asBefore(world: World, work: (site: Site) => Promise<void>): Promise<Undo> {
  const all = Object.values(world.sites);
  for (const site of all) await end(site);
  for (const { party } of all)
    for (const name of data)
      if (existsSync(join(party.dataDir, name)))
        cpSync(join(party.dataDir, name), join(party.dataDir, `${name}.kept`), { force: true });
  for (const site of all) await begin(site);
  await linked(world);
  await work(world.sites.a);
  return async () => {
    for (const site of all) await end(site);
    for (const { party } of all)
      for (const name of data) {
        rmSync(join(party.dataDir, name), { force: true });
        const kept = join(party.dataDir, `${name}.kept`);
        if (existsSync(kept)) renameSync(kept, join(party.dataDir, name));
      }
    for (const site of all) await begin(site);
    await linked(world);
  };
}

/** Another party at the same address with the same name: what a machine set up anew, or somebody's own, would be. */
async function anotherParty(world: World): Promise<Undo> {
  const { b } = world.sites;
  await end(b);
  const folder = join(world.folder, "another");
  mkdirSync(folder);
  const other = await startParty(b.party.plan, folder);
  return async () => {
    await other.stop();
    rmSync(folder, { recursive: true, force: true });
    await begin(b);
    await linked(world);
  };
}

type Row = { readonly idx: number; readonly bytes: Uint8Array };

/** Whoever dialled last has compared, and the other is told of it. */
const pastsDiffer: readonly string[] = ["PEER_RESTORED", "PEER_PASTS_DIFFER"];

/** Changes one of the first entries on the disk of a station that is at rest. */
const changed = (site: Site, change: (bytes: Uint8Array) => Uint8Array): Promise<void> =>
  restarted(site, () => {
    const db = new DatabaseSync(join(site.party.dataDir, "station.db"));
    const row = db.prepare("select idx, bytes from event where idx = 2").get() as unknown as Row;
    db.prepare("update event set bytes = ? where idx = ?").run(change(row.bytes), row.idx);
    db.close();
  });

/** As if it had been written a millisecond later: as readable as before, and not what was signed. */
const later = (bytes: Uint8Array): Uint8Array => {
  const entry = certain(decodeEntry(bytes));
  return encodeEntry({ ...entry, time: after(entry.time, ms(1)) });
};

/** Its disk as it was before it wrote something that others have witnessed. */
async function rolledBack(site: Site): Promise<void> {
  const { party } = site;
  const at = (name: string): string => join(party.dataDir, name);
  await restarted(site, () => cpSync(at("station.db"), at("older.db")));
  for (let n = 0; n < 3; n++) await party.ask({ do: "handOut", role: "desk", name: `Desk ${n}` });
  // The newest entries are offered to witnesses ten seconds later at the latest ([LG31]).
  await new Promise((resolve) => setTimeout(resolve, 14_000));
  await restarted(site, () => {
    for (const name of data) rmSync(at(name), { force: true });
    renameSync(at("older.db"), at("station.db"));
  });
}

export const trust: readonly Case[] = [
  {
    mode: 21,
    how: "bytes of an entry on a's disk have turned over, so that it is no entry any more",
    guilty: "a",
    expects: [
      { at: "a", by: "start", code: "STORE_CORRUPT" },
      { at: "b", of: "a", by: "check", code: lineDown },
    ],
    inject: (world) => asBefore(world, (site) => changed(site, (bytes) => bytes.map((byte) => byte ^ 0x80))),
  },
  {
    mode: 21,
    how: "an entry on a's disk was changed and is as readable as before",
    guilty: "a",
    expects: [{ at: "a", of: "b", by: "check", code: "CHECK_RECORD_BROKEN" }],
    inject: (world) => asBefore(world, (site) => changed(site, later)),
  },
  {
    mode: 21,
    how: "a's disk was put back to what it was before entries that b and c have witnessed",
    guilty: "a",
    expects: [
      { at: "b", of: "a", by: "check", code: pastsDiffer },
      { at: "c", of: "a", by: "check", code: pastsDiffer },
    ],
    inject: (world) => asBefore(world, rolledBack),
  },
  {
    mode: 45,
    how: "at b's address stands another party of the same name, as a machine that was set up anew",
    guilty: "b",
    expects: [
      { at: "a", of: "b", by: "check", code: "PEER_LINK_UNKNOWN" },
      { at: "c", of: "b", by: "check", code: "PEER_LINK_UNKNOWN" },
    ],
    inject: anotherParty,
  },
];
