import { describe, expect, it } from "vitest";
import { type Clock, instant, ms } from "@parley/base/time";
import type { Line } from "@parley/call/state";
import { watchPath } from "./callPath.ts";

const live = {
  at: "live",
  call: "c",
  side: "calling",
  ours: "us",
  theirs: "them",
  answered: instant(0),
  since: instant(0),
} as Line;

/** A path that is poor from the beginning, looked at each second. */
function begin() {
  let now = 0;
  let look: () => void = () => undefined;
  const clock: Clock = {
    now: () => instant(now),
    elapsed: () => ms(now),
    wait: (_, run) => {
      look = run;
      return () => undefined;
    },
  };
  const changes: string[] = [];
  const path = watchPath({
    line: () => live,
    clock,
    report: () => Promise.resolve([{ type: "candidate-pair", availableOutgoingBitrate: 120_000 }]),
    onLooked: () => undefined,
    onChanged: () => void changes.push(`${now / 1000} ${path.at()}${path.isPoor() ? ", poor" : ""}`),
  });
  path.begin();
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i += 1) {
      now += 1000;
      look();
      await Promise.resolve();
    }
  };
  return { path, changes, pass };
}

describe("the path of a call", () => {
  it("[VW58] spares its sound as soon as it looks poor, and holds the picture back when it has been so for a while", async () => {
    const { changes, pass } = begin();
    await pass(15);
    expect(changes).toEqual(["10 whole, poor", "13 soundOnly, poor"]);
  });

  it("[VW58] is judged anew where the call has moved, with nothing held against it", async () => {
    const { path, changes, pass } = begin();
    await pass(15);
    expect(changes).toEqual(["10 whole, poor", "13 soundOnly, poor"]);
    path.anew();
    expect(path.at()).toBe("whole");
    await pass(45);
    // Settled for ten seconds and poor for three, then the first pause again and not the second.
    expect(changes.filter((change) => !change.includes("whole, poor")).slice(1)).toEqual([
      "28 soundOnly, poor",
      "38 whole",
      "51 soundOnly, poor",
    ]);
  });
});
