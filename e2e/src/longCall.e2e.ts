// No end set: a call of 24 hours, accelerated. As many epochs as 24 hours have, credentials of every kind that live for
// seconds and are checked to be alive, and every counter that runs on begins just below 2^32. No picture may be lost.
// With PARLEY_FULL=1 it is five days.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildTerminal } from "@parley/terminal/build/build.ts";
import { type RunningParty, linksOf } from "../../scripts/demoParties.ts";
import { launchBrowser } from "./harness/browser.ts";
import { small } from "./harness/camera.ts";
import { type Constants, constantsPlugin, stationsWith } from "./harness/constants.ts";
import { type DeskWire, listenToDesk } from "./harness/deskWire.ts";
import { framesOf, watchFrames } from "./harness/frameStats.ts";
import { grown, lostBetween, settledCounts } from "./harness/frameCounts.ts";
import { type DeskAt, type Parties, callAndAnswer, hold, seesAnew, shows, startParties } from "./harness/parties.ts";

const hours = process.env["PARLEY_FULL"] === "1" ? 120 : 24;
const epochSeconds = 0.2;
/** An epoch lasts five minutes outside of tests. */
const epochs = hours * 12;

/** Where envelopes, signals and every key's frames begin to count. */
const limit = 2 ** 32;
const dates = {
  // Renewed at a third of it, and dead after it: whoever missed a turn is refused.
  maxTerminalLifetimeMs: "24_000",
  stationKeyPeriodMs: "15_000",
  maxClockSkewMs: "2_000",
};
const constants: Constants = {
  "packages/protocol/src/limits.ts": dates,
  "packages/e2ee/src/sframe/counter.ts": { firstCounter: `${limit - 3}` },
  "apps/terminal/src/crypto/keysSession.ts": { firstNumber: `${limit - 100}` },
  "apps/station/src/joined.ts": { tickEvery: "1_000 as Ms" },
};

type Desk = DeskAt & { readonly wire: DeskWire };
let pages: string;
let parties: Parties;
let caller: Desk;
let callee: Desk;

/** The store's own numbers of envelopes on the way to and from the other station. */
type Sequences = { readonly sent: number; readonly acknowledged: number; readonly taken: number };

function inStore<T>({ dataDir }: RunningParty, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(dataDir, "station.db"));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const sequencesOf = (party: RunningParty): Sequences =>
  inStore(party, (db) => db.prepare("select sent, acknowledged, taken from link").get() as Sequences);

/** As if so many envelopes had gone each way over the party's one link. */
const shift = (party: RunningParty, link: string, by: number): void =>
  inStore(party, (db) => {
    db.prepare("insert into link (link, sent, acknowledged, taken) values (?, 0, 0, 0) on conflict do nothing").run(
      link,
    );
    db.exec(`update link set sent = sent + ${by}, acknowledged = acknowledged + ${by}, taken = taken + ${by};
      update outbox set sequence = sequence + ${by};
      update inbox set sequence = sequence + ${by}`);
  });

async function openDesk(of: RunningParty, party: number): Promise<Desk> {
  const browser = await launchBrowser({ devices: { kind: "fake" } });
  const { address } = await of.ask<{ address: string }>({ do: "handOut", role: "desk", name: `Desk ${party}` });
  const [blank] = browser.context.pages();
  if (blank === undefined) throw new Error("a browser without a page");
  const wire = listenToDesk(blank);
  await watchFrames(blank);
  const page = await browser.open(address, { party, stamps: "time", camera: small, readEvery: 15 });
  await page.waitForSelector("[data-act=call]");
  return { browser, page, wire };
}

beforeAll(async () => {
  pages = mkdtempSync(join(tmpdir(), "parley-terminal-"));
  await buildTerminal("index", pages, [constantsPlugin(constants)]);
  parties = await startParties(
    { call: { epochSeconds }, turn: { credentialSeconds: 4 } },
    stationsWith(() => constants, "--pages", pages),
  );
  const link = (await linksOf(parties.a))[0]?.link ?? "";
  await Promise.all([parties.a.stop(), parties.b.stop()]);
  for (const party of [parties.a, parties.b]) shift(party, link, limit - 12);
  await Promise.all([parties.a.start(), parties.b.start()]);
  caller = await openDesk(parties.a, 1);
  callee = await openDesk(parties.b, 2);
  await callAndAnswer(caller, callee);
}, 240_000);

afterAll(async () => {
  await caller?.browser.close();
  await callee?.browser.close();
  await parties?.close();
  rmSync(pages, { recursive: true, force: true });
});

it(
  `[CA22] a call of ${hours} hours, accelerated: ${epochs} epochs, every credential turns over, no picture is lost`,
  {
    timeout: epochs * 2_000 + 120_000,
  },
  async () => {
    const desks = { caller: caller.page, callee: callee.page };
    for (const page of Object.values(desks))
      expect(await page.evaluate(() => parleyMeter.firstSight(30_000))).not.toBeNull();
    const began = performance.now();
    const [before, first] = [await settledCounts(desks), caller.wire.epoch];
    await expect
      .poll(() => caller.wire.epoch - first, { timeout: epochs * 2_000, interval: 500 })
      .toBeGreaterThanOrEqual(epochs);
    const [last, after] = [caller.wire.epoch, await settledCounts(desks)];
    const took = Math.round((performance.now() - began) / 1000);

    for (const role of ["caller", "callee"] as const) {
      const { told, rolls, signals, crossings } = (role === "caller" ? caller : callee).wire;
      const count = (type: string): number => told.get(type) ?? 0;
      console.log(
        `${role}: ${grown(before, after, role, "encoded")} pictures sent, ${grown(before, after, role, "decoded")} seen; ` +
          `credential renewed ${count("renewed")} times, relay's ${count("iceServers")}, station keys rolled ${rolls.ours} here and ${rolls.theirs} there; ` +
          `${crossings.size} keys crossed 2^32 frames, signals reached 2^32 + ${signals - limit}`,
      );
      // What the browser sends twice, by itself, is opened once.
      const dropped = (await framesOf(desks[role])).flatMap((each) =>
        Object.entries(each.dropped)
          .filter(([why]) => why !== "replayed")
          .map(([why, n]) => `${each.stream.split("/", 2).join(" ")}: ${n} ${why}`),
      );
      expect(dropped).toEqual([]);
      expect(count("renewed")).toBeGreaterThanOrEqual(4);
      expect(count("iceServers")).toBeGreaterThanOrEqual(8);
      expect(Math.min(rolls.ours, rolls.theirs)).toBeGreaterThanOrEqual(2);
      expect(crossings.size).toBeGreaterThan(epochs / 4);
      expect(signals).toBeGreaterThan(limit);
    }
    console.log(
      `${hours} h in ${took} s: ${last - first} epochs, epoch & 15 came round ${Math.floor((last - first) / 16)} times, ` +
        `${lostBetween(before, after)} pictures lost`,
    );
    expect(lostBetween(before, after)).toBe(0);
    expect(grown(before, after, "caller", "encoded")).toBeGreaterThan(took * 5);
  },
);

it(
  "[CA22] a desk that comes back to it by then is let in, and each sees the other: what the other's leaf names is alive",
  { timeout: 200_000 },
  async () => {
    await callee.page.reload();
    await shows(callee.page, "inCall", 60_000);
    for (const desk of [callee, caller]) expect(await seesAnew(desk, 60_000)).toBe(true);
  },
);

it("[CA22] it ends as any call does, and envelopes have passed 2^32 both ways", { timeout: 120_000 }, async () => {
  await hold(caller.page, "end");
  await Promise.all([shows(caller.page, "ended"), shows(callee.page, "ended")]);
  const proof = async (party: RunningParty) =>
    (await party.ask<{ proof: string }[]>({ do: "calls" })).map((call) => call.proof);
  for (const party of [parties.a, parties.b])
    await expect.poll(() => proof(party), { timeout: 30_000 }).toEqual(["signedByBoth"]);
  await Promise.all([parties.a.stop(), parties.b.stop()]);
  const [ours, theirs] = [sequencesOf(parties.a), sequencesOf(parties.b)];
  console.log(`envelopes: 2^32 + ${ours.sent - limit} sent, 2^32 + ${ours.taken - limit} taken`);
  for (const { sent, taken } of [ours, theirs]) expect(Math.min(sent, taken)).toBeGreaterThan(limit);
});
