import { describe, expect, it } from "vitest";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { hours, ms } from "@parley/base/time";
import type { PartResult } from "@parley/drill/room/judge";
import { decodeEntry } from "@parley/ledger/entry";
import { idText } from "@parley/protocol/ids";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { Tested } from "../duty/selfTests.ts";
import { type MemoryDisk, memoryDisk, openMemory } from "../store/memory.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { selfTestFact, selfTestKind } from "./selfTestFacts.ts";
import { runSelfTests } from "./selfTestsRun.ts";
import { makeWriter } from "./writer.ts";

const desk = idText(new Uint8Array(16).fill(3));
const { clock, pass } = clockByHand();
const first = Math.ceil((clock.now() + 1) / hours(1));
const untilFirst = ms(first * hours(1) - clock.now());
const numbers = { grey: 90, spread: 30, moved: 400, pictures: 10, above: [30], below: 50, clipped: 0, late: 20 };
const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
};

async function boot(disk: MemoryDisk) {
  const store = openMemory(disk);
  const asked: string[] = [];
  const sides: (Tested | null)[] = [];
  const reports: ParleyError[] = [];
  let drawn = store.nextIndex() + asked.length;
  const run = await runSelfTests({
    store,
    writer: makeWriter(store, () => undefined),
    clock,
    random: (length) => new Uint8Array(length).fill(++drawn + 60),
    zone: () => "UTC",
    settings: { at: [(first % 24) * 60], kiosk: "window" },
    desks: () => [{ terminal: desk, use: "idle", browser: "Chromium 150" }],
    tell: (terminal, { test }) => {
      expect(terminal).toBe(desk);
      asked.push(test);
    },
    onSide: (side) => void sides.push(side),
    onChange: () => undefined,
    report: (error) => void reports.push(error),
  });
  run.start();
  await settled();
  return { run, asked, sides, reports };
}

describe("tests of rooms kept by a station", () => {
  it("[TS8] one that a restart came between is asked again; what came of it is in the ledger whole and outlives the next one", async () => {
    const disk = memoryDisk();
    const before = await boot(disk);
    pass(untilFirst);
    await settled();
    expect(before.asked).toHaveLength(1);
    before.run.stop();
    const { run, asked, sides } = await boot(disk);
    const [test = ""] = asked;
    expect(asked).toHaveLength(1);
    pass(ms(300));
    await run.said(desk, { type: "selfTest", test, word: { at: "began" } });
    const results: PartResult[] = [
      { part: "camera", outcome: "failed", cause: "cameraCovered" },
      { part: "wake", outcome: "good", cause: null },
    ];
    const over = { type: "selfTest", test, word: { at: "over" as const, found: { results, numbers } } } as const;
    await run.said(desk, over);
    await run.said(desk, over);
    await settled();
    expect(run.of(desk)).toMatchObject({ at: "notReady", cause: "cameraCovered", when: clock.now() });
    expect(sides.at(-1)).toMatchObject({ at: "notReady", cause: "cameraCovered" });
    run.stop();
    const kept = certain(await openMemory(disk).events(0, 100)).filter(({ kind }) => kind === selfTestKind);
    expect(kept).toHaveLength(1);
    const { test: fact } = certain(
      decode(selfTestFact, certain(decodeEntry(kept[0]?.bytes ?? new Uint8Array(0))).body),
    );
    expect(fact).toMatchObject({ browser: "Chromium 150", woke: 300, results, numbers, at: "notReady" });
    const after = await boot(disk);
    expect(after.run.of(desk)).toMatchObject({ at: "notReady" });
    pass(hours(49));
    await settled();
    after.run.stop();
    expect(after.asked.length).toBeGreaterThan(0);
  });
});
