import { ms, seconds } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { type Path, type PathFacts, judgePath, pathFactsOf, wholePath } from "./poorPath.ts";

const good: PathFacts = { available: 900_000, soundLost: 0 };
const poor: PathFacts = { available: 120_000, soundLost: 0 };

/** Looks at the path every second from `from` until `until`, and tells when it changed. */
function watch(begin: Path, from: number, until: number, facts: (at: number) => PathFacts): [Path, string[]] {
  let path = begin;
  const changes: string[] = [];
  for (let at = from; at <= until; at += 1) {
    const next = judgePath(path, facts(at), seconds(at));
    if (next.at !== path.at) changes.push(`${at} ${next.at}`);
    path = next;
  }
  return [path, changes];
}

describe("a path that is too poor for a picture", () => {
  it("[VW58] holds the picture back after three seconds, tries again after 10, 20, 40 and then each 60 s", () => {
    const [, changes] = watch(wholePath(ms(0)), 0, 300, () => poor);
    expect(changes).toEqual([
      "13 soundOnly",
      "23 whole",
      "36 soundOnly",
      "56 whole",
      "69 soundOnly",
      "109 whole",
      "122 soundOnly",
      "182 whole",
      "195 soundOnly",
      "255 whole",
      "268 soundOnly",
    ]);
  });

  it("[VW58] sound that the other side misses counts as poor too, whatever the estimate says", () => {
    expect(watch(wholePath(ms(0)), 0, 20, () => ({ ...good, soundLost: 0.2 }))[1]).toEqual(["13 soundOnly"]);
    expect(watch(wholePath(ms(0)), 0, 300, () => ({ ...good, soundLost: 0.05 }))[1]).toEqual([]);
  });

  it("a short weakness, and one while the estimate still grows, hold nothing back", () => {
    expect(watch(wholePath(ms(0)), 0, 100, (at) => (at <= 12 ? poor : good))[1]).toEqual([]);
    expect(watch(wholePath(ms(0)), 0, 100, (at) => (at % 3 === 0 ? good : poor))[1]).toEqual([]);
    expect(watch(wholePath(ms(0)), 0, 100, () => ({ available: null, soundLost: null }))[1]).toEqual([]);
  });

  it("a minute of a good path is a new beginning", () => {
    const [after] = watch(wholePath(ms(0), 4), 0, 90, () => good);
    expect(watch(after, 91, 120, () => poor)[1]).toEqual(["94 soundOnly", "104 whole", "117 soundOnly"]);
  });

  it("a report is read for the pair in use and for the worst of our sound", () => {
    const report = [
      { type: "candidate-pair", state: "waiting" },
      { type: "candidate-pair", availableOutgoingBitrate: 300_000 },
      { type: "remote-inbound-rtp", kind: "video", fractionLost: 0.5 },
      { type: "remote-inbound-rtp", kind: "audio", fractionLost: 0.02 },
      { type: "remote-inbound-rtp", kind: "audio", fractionLost: 0 },
    ];
    expect(pathFactsOf(report)).toEqual({ available: 300_000, soundLost: 0.02 });
    expect(pathFactsOf([])).toEqual({ available: null, soundLost: null });
  });
});
