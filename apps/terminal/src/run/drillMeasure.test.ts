import { ms } from "@parley/base/time";
import { nothingSeen } from "@parley/drill/card";
import { sweepLasts, sweepTones, toneLasts } from "@parley/drill/sweep";
import { describe, expect, it } from "vitest";
import type { RelaysFound } from "../media/relayTrial.ts";
import { type Judged, measureDrill } from "./drillMeasure.ts";

/** Two sweeps, each tone far above the others. */
const swept = sweepTones.flatMap((_, tone) =>
  [0, 1].map((sweep) => ({
    at: sweep * sweepLasts + tone * toneLasts,
    levels: sweepTones.map((__, other) => (other === tone ? -20 : -90)),
  })),
);
const card = { read: 60, torn: 0, gap: 40, greyError: 1, first: 0, last: { at: 5000, card: { sequence: 60, at: 0 } } };
const flows = [
  { type: "outbound-rtp", id: "OV", kind: "video", packetsSent: 9, framesSent: 9 },
  { type: "outbound-rtp", id: "OA", kind: "audio", packetsSent: 9 },
  { type: "inbound-rtp", id: "IV", kind: "video", packetsReceived: 9, framesReceived: 9, framesDecoded: 9 },
  { type: "inbound-rtp", id: "IA", kind: "audio", packetsReceived: 9 },
];

/** With reports of the connection that are answered by hand. */
function begin(relays: RelaysFound = "all") {
  const asked: ((report: readonly unknown[]) => void)[] = [];
  const judged: Judged[] = [];
  const measure = measureDrill({
    setUp: ms(30),
    report: () => new Promise((answer) => asked.push(answer)),
    route: () => "direct",
    reader: { seen: () => ({ ...nothingSeen, ...card, ahead: 0 }) },
    listener: { heard: () => swept.toSorted((a, b) => a.at - b.at) },
    sweep: { sounds: () => true },
    tryRelays: async () => relays,
    onJudged: (found) => void judged.push(found),
  });
  const answer = async (): Promise<void> => {
    asked.shift()?.(flows);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { measure, judged, asked, answer };
}

describe("what a drill measures", () => {
  it("[DR20] nothing is measured before it is judged: the browser's last report may be under way for a while", async () => {
    const { measure, judged, asked, answer } = begin();
    await answer();
    measure.look(ms(6000), "yes");
    expect([measure.at(), judged.length, asked.length]).toEqual(["judging", 0, 1]);
    measure.look(ms(6200), "yes");
    expect([measure.at(), asked.length]).toEqual(["judging", 1]);
    await answer();
    expect(measure.at()).toBe("measured");
    expect(judged.map(({ results }) => results.map(({ step, outcome }) => [step, outcome]))).toEqual([
      [
        ["path", "passed"],
        ["picture", "passed"],
        ["sound", "passed"],
      ],
    ]);
    expect(judged[0]?.numbers).toMatchObject({ setUp: 30, path: "direct", pictures: 60 });
    measure.look(ms(7000), "yes");
    expect([judged.length, asked.length]).toEqual([1, 0]);
  });

  it("waits for a re-key, for sound and for the relays, each no longer than its step", async () => {
    const { measure, answer } = begin();
    measure.look(ms(6000), "yes");
    expect(measure.at()).toBe("measuring");
    await answer();
    measure.look(ms(6000), "no");
    expect(measure.at()).toBe("measuring");
    measure.look(ms(40_001), "no");
    expect(measure.at()).toBe("judging");
  });

  it("a relay that is silent is ours, and weak: the path stands", async () => {
    for (const [found, cause] of [
      ["silent", "relayAway"],
      ["udpSilent", "udpBlocked"],
    ] as const) {
      const { measure, judged, answer } = begin(found);
      await answer();
      measure.look(ms(6000), "yes");
      await answer();
      expect(judged[0]?.results[0]).toMatchObject({ step: "path", outcome: "weak", cause, whose: "own" });
    }
  });
});
