import { describe, expect, it } from "vitest";
import { utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { minutes } from "@parley/base/time";
import { wellSide } from "@parley/drill/testing/facts";
import { memoryDisk, openMemory } from "../store/memory.ts";
import { systemRandom } from "../systemPorts.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { type CheckPorts, type OwnFacts, checkEvery, runChecks } from "./checksRun.ts";
import { makeWriter } from "./writer.ts";

/** Lets everything that waits for nothing but its turn come to its end. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function rig(damaged?: string) {
  const { clock, pass } = clockByHand();
  const store = openMemory(memoryDisk());
  if (damaged !== undefined) certain(await store.transaction((tx) => tx.put("check", "link", utf8(damaged))));
  const reports: string[] = [];
  const looks: (() => void)[] = [];
  const never = (): never => {
    throw new Error("no line, and something was looked at");
  };
  const ports: CheckPorts = {
    own: () =>
      new Promise<OwnFacts>((resolve) =>
        looks.push(() => resolve({ side: wellSide, faults: [], served: [], turnCertificate: null })),
      ),
    far: never,
    say: never,
    trial: never,
    rehearsed: never,
  };
  const checks = await runChecks({
    store,
    writer: makeWriter(store, never),
    clock,
    random: systemRandom,
    links: { all: () => [], peer: () => null, reachable: never, generations: never },
    ports,
    onChange: () => undefined,
    report: ({ code }) => void reports.push(code),
  });
  return { checks, pass, looks, reports };
}

describe("the rounds of checks", () => {
  it("[CK1] begin a minute after the start and follow every five minutes, one at a time, until it stops", async () => {
    const { checks, pass, looks } = await rig();
    checks.start();
    pass(minutes(1));
    expect(looks.length).toBe(1);
    // Whoever asks meanwhile waits for the round that is under way; the next begins only after its end.
    const asked = checks.round();
    pass(minutes(60));
    expect(looks.length).toBe(1);
    looks[0]?.();
    await asked;
    await settle();
    pass(minutes(4));
    expect(looks.length).toBe(1);
    pass(minutes(1));
    expect([looks.length, checkEvery]).toEqual([2, minutes(5)]);
    looks[1]?.();
    await settle();
    checks.stop();
    pass(minutes(60));
    expect(looks.length).toBe(2);
  });

  it("[CK1] what was kept and cannot be read is reported and found anew", async () => {
    const { checks, reports } = await rig('{"at":"yesterday"}');
    expect([checks.shown(), reports]).toEqual([[], ["STORE_CORRUPT"]]);
  });
});
