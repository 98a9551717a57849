// [ST2] against SIGKILL: a process that appends is killed at a random moment, and whatever it was told is durable must be there,
// whole, in order. 100 rounds by default, PARLEY_KILL_ROUNDS sets another count; the moments come from a seed that is printed.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certain } from "@parley/base/result";
import { afterAll, expect, it } from "vitest";
import { equal, fromUtf8, utf8 } from "@parley/base/bytes";
import { readDoc, readEvents, readOutbox } from "./queries.ts";
import { openSqliteFile } from "./sqlite/file.ts";
import { linkOf } from "./testing/ids.ts";
import { idText } from "@parley/protocol/ids";

const rounds = Number(process.env["PARLEY_KILL_ROUNDS"] ?? 100);
const seed = Number(process.env["PARLEY_KILL_SEED"] ?? Date.now() % 1_000_000);

const program = join(import.meta.dirname, "testing/killChild.ts");
const cache = mkdtempSync(join(tmpdir(), "parley-kill-"));
afterAll(() => rmSync(cache, { recursive: true }));
/** With its code compiled once, a child starts in half the time. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(cache, "code") };

/** mulberry32: enough to choose moments with. */
function randomOf(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Starts the child, kills it `delay` ms after its start or its first word, and returns the numbers that it was told are durable.
 */
function killAfter(dataDir: string, since: "start" | "firstWord", delay: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, dataDir], { stdio: ["ignore", "pipe", "pipe"], env });
    const kill = () => setTimeout(() => child.kill("SIGKILL"), delay);
    if (since === "start") kill();
    let out = "";
    let complaint = "";
    child.stdout.on("data", (part: Buffer) => {
      if (out === "" && since === "firstWord") kill();
      out += part.toString();
    });
    child.stderr.on("data", (part: Buffer) => (complaint += part.toString()));
    child.on("close", (_, signal) => {
      if (signal === "SIGKILL") resolve(out.split("\n").slice(0, -1).map(Number));
      else reject(new Error(complaint));
    });
  });
}

/** What must hold of the data whenever the process died; returns the count of events. */
async function checkData(dataDir: string, from: number): Promise<number> {
  const file = certain(await openSqliteFile(dataDir));
  const { nextIndex, links } = file.heads;
  const events = await readEvents(file.kysely, from, nextIndex);
  expect(events.map((e) => e.index)).toEqual(Array.from({ length: nextIndex - from }, (_, i) => from + i));
  expect(events.filter((e) => !equal(e.bytes, utf8(`event ${e.index} ${"x".repeat(e.index % 500)}`)))).toEqual([]);
  for (const link of [0, 1, 2]) {
    const text = idText(linkOf(link));
    const head = links.get(text);
    expect(head?.sent ?? 0).toBe(Math.max(0, Math.ceil((nextIndex - link) / 3)));
    const waiting = await readOutbox(file.kysely, text, 1, nextIndex);
    const first = (head?.acknowledged ?? 0) + 1;
    expect(waiting.map((e) => e.sequence)).toEqual(Array.from(waiting, (_, i) => first + i));
    expect(waiting.filter((e) => fromUtf8(e.bytes) !== String((e.sequence - 1) * 3 + link))).toEqual([]);
    expect(waiting.at(-1)?.sequence ?? 0).toBe(head?.sent ?? 0);
  }
  expect(links.get(idText(linkOf(9)))?.taken ?? 0).toBe(nextIndex);
  const last = await readDoc(file.kysely, "last", "event");
  expect(last === null ? -1 : Number(fromUtf8(last))).toBe(nextIndex - 1);
  file.close();
  return nextIndex;
}

it(`[ST2] ${rounds} kills at random: nothing acknowledged is lost, and the data agrees with itself`, async () => {
  const random = randomOf(seed);
  let acknowledged = 0;
  let more = 0;
  async function round(dataDir: string, before: number, since: "start" | "firstWord", delay: number): Promise<number> {
    const told = await killAfter(dataDir, since, delay);
    const there = await checkData(dataDir, before);
    expect(there).toBeGreaterThan(Math.max(before - 1, ...told));
    acknowledged += told.length;
    more += there - before - told.length;
    return there;
  }
  /** Three rounds in four go on with the same data, every eighth long enough for a checkpoint of the log. */
  async function ageing(count: number): Promise<void> {
    const dir = mkdtempSync(join(tmpdir(), "parley-kill-"));
    let before = 0;
    for (let i = 0; i < count; i++)
      before = await round(join(dir, "data"), before, "firstWord", i % 8 === 7 ? 300 : random() * 60);
    rmSync(dir, { recursive: true });
  }
  /** The others begin with nothing, and may be killed while the tables are being made. */
  async function newborn(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const dir = mkdtempSync(join(tmpdir(), "parley-kill-"));
      await round(join(dir, "data"), 0, "start", 80 + random() * 250);
      rmSync(dir, { recursive: true });
    }
  }
  execFileSync(process.execPath, [program, join(cache, "data"), "once"], { env });
  const quarter = Math.floor(rounds / 4);
  const half = Math.ceil((rounds - quarter) / 2);
  await Promise.all([ageing(half), ageing(rounds - quarter - half).then(() => newborn(quarter))]);
  console.log(
    `kill -9: ${rounds} rounds, seed ${seed}: ${acknowledged} transactions acknowledged, 0 lost, ${more} more found durable`,
  );
  expect(acknowledged).toBeGreaterThanOrEqual(rounds - quarter);
}, 600_000);
