import { describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { type Clock, type Instant, instant, minutes, ms } from "@parley/base/time";
import { decodeEntry } from "@parley/ledger/entry";
import { type IdText, idText } from "@parley/protocol/ids";
import { maxAlarmsKept } from "@parley/protocol/limits";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import { memoryDisk, openMemory } from "../store/memory.ts";
import type { Store } from "../store/port.ts";
import { type AlarmsRun, alarmKind, runAlarms } from "./alarmsRun.ts";
import { makeWriter } from "./writer.ts";

const id = (n: number): IdText => idText(new Uint8Array(16).fill(n));
const ada = new Uint8Array(16).fill(1) as OfficerId;
const raised = { link: id(2), call: id(3), terminal: id(4), what: "unsealedFrames" } as const;

let now: Instant = instant(1_000_000);
const clock: Clock = { now: () => now, elapsed: () => ms(now), wait: () => () => undefined };
const failed = (): never => {
  throw new Error("the store failed");
};
const over = (store: Store): Promise<AlarmsRun> =>
  runAlarms({ store, writer: makeWriter(store, failed), clock, onChange: () => undefined });
const written = async (store: Store): Promise<number> =>
  certain(await store.events(0, 1000)).filter(
    ({ kind, bytes }) => kind === alarmKind && certain(decodeEntry(bytes)).type === "own",
  ).length;

describe("alarms kept by a station", () => {
  it("[VW60] an alarm is taken up by the first officer, by name, and a restarted station still knows it", async () => {
    const store = openMemory(memoryDisk());
    const alarms = await over(store);
    await alarms.raise(raised);
    const alarm = alarms.shown().raised[0]?.id ?? "";
    await alarms.acknowledge(alarm, ada, "Ada");
    await alarms.acknowledge(alarm, ada, "Jonas");
    await alarms.shelve(alarm, ada, "Jonas", minutes(15));
    expect(alarms.shown().handled).toEqual([{ alarm, by: "Ada", at: now, until: null }]);
    expect(await written(store)).toBe(2);
    expect((await over(store)).shown()).toEqual(alarms.shown());
  });

  it("[VW60] what is shelved may be shelved again or taken up", async () => {
    const alarms = await over(openMemory(memoryDisk()));
    await alarms.shelve("line x 1", ada, "Ada", minutes(15));
    await alarms.shelve("line x 1", ada, "Jonas", minutes(60));
    expect(alarms.shown().handled).toEqual([{ alarm: "line x 1", by: "Jonas", at: now, until: now + 3_600_000 }]);
    await alarms.acknowledge("line x 1", ada, "Ada");
    expect(alarms.shown().handled).toMatchObject([{ by: "Ada", until: null }]);
  });

  it("[VW60] a terminal that repeats itself is one alarm with its number, and fills neither ledger nor memory", async () => {
    const store = openMemory(memoryDisk());
    const alarms = await over(store);
    for (let i = 0; i < 50; i++) await alarms.raise(raised);
    expect(alarms.shown().raised).toMatchObject([{ link: raised.link, call: raised.call, times: 1 }]);
    now = instant(now + 61_000);
    await alarms.raise(raised);
    expect(alarms.shown().raised).toMatchObject([{ times: 2 }]);
    expect(await written(store)).toBe(2);
    for (let i = 0; i < maxAlarmsKept + 20; i++) await alarms.acknowledge(`line ${i}`, ada, "Ada");
    const { handled } = alarms.shown();
    expect([handled.length, handled[0]?.alarm, handled.at(-1)?.alarm]).toEqual([
      maxAlarmsKept,
      "line 20",
      `line ${maxAlarmsKept + 19}`,
    ]);
  });
});
