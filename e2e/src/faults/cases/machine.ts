// What goes wrong with a station's own machine: its clock, its zone rules, its disk, its keys, its counters, and the process itself.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { linksOf } from "../../../../scripts/demoParties.ts";
import { fillDisk } from "../../../../apps/station/src/testing/ballast.ts";
import type { Case } from "../case.ts";
import { lineDown } from "../said.ts";
import { zoneFiles } from "../zoneFiles.ts";
import { begin, clockAhead, configured, diskSlow, readOnly, restarted } from "../acts.ts";
import { type Site, type Undo, type World, end, linked, partyName, relayPort } from "../world.ts";

const clock = (mode: number, seconds: number, how: string): Case => ({
  mode,
  how,
  guilty: "a",
  expects: [
    { at: "a", of: "b", by: "check", code: "CHECK_CLOCKS_DIFFER" },
    { at: "b", of: "a", by: "check", code: "CHECK_CLOCKS_DIFFER" },
  ],
  inject: (world) => clockAhead(world, world.sites.a, seconds),
});

const filled = async ({ party }: Site): Promise<Undo> => {
  const ballast = join(party.dataDir, "ballast");
  fillDisk(ballast);
  return async () => rmSync(ballast, { force: true });
};

function inStore<T>({ party }: Site, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(party.dataDir, "station.db"));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** Both stations' numbers of envelopes on their line, as if that many more had gone. */
async function counted(world: World, by: number): Promise<void> {
  const { a, b } = world.sites;
  const link = (await linksOf(a.party)).find(({ party }) => party === partyName("b"))?.link ?? "";
  await Promise.all([end(a), end(b)]);
  const shift = (db: DatabaseSync, table: string, column: string): void =>
    void db.prepare(`update ${table} set ${column} = ${column} + ? where link = ?`).run(by, link);
  inStore(a, (db) => {
    for (const column of ["sent", "acknowledged"]) shift(db, "link", column);
    shift(db, "outbox", "sequence");
  });
  inStore(b, (db) => {
    shift(db, "link", "taken");
    shift(db, "inbox", "sequence");
  });
  await Promise.all([begin(a), begin(b)]);
  await linked(world);
}

/** A little below what counts envelopes. */
const nearTheEnd = 2 ** 48 - 2 ** 40;

/** Half of each of its station key's files lost; put back by what is returned. */
function keysDamaged({ party }: Site): () => void {
  const folder = join(party.dataDir, "keys");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".key"))
    .map((name) => ({ path: join(folder, name), bytes: readFileSync(join(folder, name)) }));
  for (const { path, bytes } of files) writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
  return () => {
    for (const { path, bytes } of files) writeFileSync(path, bytes);
  };
}

async function damagedAtStart(site: Site): Promise<Undo> {
  let mend = (): void => undefined;
  await restarted(site, () => void (mend = keysDamaged(site)));
  return () => restarted(site, mend);
}

/** What keeps a line's secrets, gone: nothing is left to make a call's keys from. */
async function withoutSecret(site: Site): Promise<Undo> {
  let kept: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [];
  await restarted(site, () =>
    inStore(site, (db) => {
      kept = db.prepare("select name, bytes from doc where kind = 'linkSecret'").all() as unknown as typeof kept;
      db.exec("delete from doc where kind = 'linkSecret'");
    }),
  );
  return () =>
    restarted(site, () =>
      inStore(site, (db) => {
        for (const { name, bytes } of kept)
          db.prepare("insert or replace into doc (kind, name, bytes) values ('linkSecret', ?, ?)").run(name, bytes);
      }),
    );
}

export const machine: readonly Case[] = [
  {
    mode: 19,
    how: "a was started anew with another setting, and nothing was rehearsed since",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_CHANGED" },
      { at: "b", of: "a", by: "check", code: "CHECK_CHANGED" },
    ],
    inject: ({ sites }) =>
      configured(sites.a, (settings) => ({
        ...settings,
        call: { ...(settings["call"] as object), epochSeconds: 200 },
      })),
  },
  {
    mode: 19,
    how: "a setting of a's has a name that no setting has any more",
    guilty: "a",
    expects: [
      { at: "a", by: "start", code: "CONFIG_WRONG" },
      { at: "b", of: "a", by: "check", code: lineDown },
    ],
    inject: ({ sites }) =>
      configured(sites.a, (settings) => ({ ...settings, call: { ...(settings["call"] as object), epochLength: 300 } })),
  },
  {
    mode: 3,
    how: "a lost the secrets of its lines, which stand where key packages would lie in stock",
    guilty: "a",
    expects: [{ at: "a", of: "b", by: "check", code: "LINK_MUST_REKEY" }],
    inject: ({ sites }) => withoutSecret(sites.a),
  },
  {
    mode: 4,
    how: "a's key files are damaged, and it is started",
    guilty: "a",
    expects: [
      { at: "a", by: "start", code: "KEYS_FILE_DAMAGED" },
      { at: "b", of: "a", by: "check", code: lineDown },
    ],
    inject: ({ sites }) => damagedAtStart(sites.a),
  },
  {
    mode: 4,
    how: "a's key files are damaged while it runs on what it has read",
    guilty: "a",
    expects: [{ at: "a", of: "b", by: "check", code: "CHECK_KEY_UNUSABLE" }],
    inject: async ({ sites }) => {
      const mend = keysDamaged(sites.a);
      return async () => mend();
    },
  },
  clock(8, 45, "a's clock was set 45 s ahead"),
  clock(8, -10_800, "a's clock was set three hours back"),
  {
    mode: 9,
    how: "b's machine brings zone rules of an earlier release, in which Istanbul has other ones",
    guilty: "b",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_ZONES_DIFFER", about: "Europe/Istanbul" },
      { at: "b", of: "a", by: "check", code: "CHECK_ZONES_DIFFER", about: "Europe/Istanbul" },
    ],
    inject: async ({ sites, folder }) => {
      const files = zoneFiles(join(folder, "zones"), "Europe/Istanbul", "Asia/Kolkata");
      await restarted(sites.b, () => void sites.b.environment.set("ICU_TIMEZONE_FILES_DIR", files));
      return () => restarted(sites.b, () => void sites.b.environment.delete("ICU_TIMEZONE_FILES_DIR"));
    },
  },
  {
    mode: 10,
    how: "envelopes from a to b are counted near the end of their 48 bits",
    guilty: "each",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_COUNTER_LOW", about: "sent", whose: "ours" },
      { at: "b", of: "a", by: "check", code: "CHECK_COUNTER_LOW", about: "taken", whose: "ours" },
    ],
    inject: async (world) => {
      await counted(world, nearTheEnd);
      return () => counted(world, -nearTheEnd);
    },
  },
  {
    mode: 20,
    how: "a's disk is full",
    guilty: "a",
    expects: [{ at: "a", of: "b", by: "check", code: "STORE_FULL" }],
    inject: ({ sites }) => filled(sites.a),
  },
  {
    mode: 20,
    how: "a's disk takes a quarter of a second for each flush",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_DISK_SLOW" },
      { at: "b", of: "a", by: "check", code: "CHECK_DISK_SLOW" },
    ],
    inject: async (world) => diskSlow(world, world.sites.a, 250),
  },
  {
    mode: 20,
    how: "a's data folder was mounted read-only",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_DISK_FAILS" },
      { at: "b", of: "a", by: "check", code: "CHECK_DISK_FAILS" },
    ],
    inject: ({ sites }) => readOnly(sites.a),
  },
  {
    mode: 24,
    how: "b's station hangs: its process is there and does nothing",
    guilty: "b",
    expects: [
      { at: "a", of: "b", by: "check", code: lineDown },
      { at: "c", of: "b", by: "check", code: lineDown },
    ],
    inject: async (world) => {
      const { b } = world.sites;
      b.party.process().kill("SIGSTOP");
      b.state = "held";
      return async () => {
        b.party.process().kill("SIGCONT");
        b.state = "running";
        await linked(world);
      };
    },
  },
  {
    mode: 26,
    how: "a's relay has room for one relayed address, and a call wants two",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_RELAY_SILENT" },
      { at: "b", of: "a", by: "check", code: "CHECK_RELAY_SILENT" },
    ],
    inject: ({ sites }) =>
      configured(sites.a, (settings) => ({
        ...settings,
        turn: { ...(settings["turn"] as object), relayPorts: [50_000, 50_000] },
      })),
  },
  {
    mode: 5,
    how: "a uses another relay and has another secret than that one's",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_RELAY_SILENT", about: `udp ${relayPort}` },
      { at: "b", of: "a", by: "check", code: "CHECK_RELAY_SILENT", about: `udp ${relayPort}` },
    ],
    prepare: ({ sites: { a, c } }) =>
      configured(a, (settings) => ({
        ...settings,
        turn: {
          ...(settings["turn"] as object),
          use: "external",
          urls: [`turn:${c.address}:${relayPort}?transport=udp`],
        },
      })),
    inject: ({ sites: { a } }) =>
      configured(a, (settings) => ({
        ...settings,
        turn: { ...(settings["turn"] as object), secret: "a secret that nobody shares" },
      })),
  },
];
