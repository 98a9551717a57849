import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Card,
  nothingSeen,
  patchesOf,
  readCard,
  sampledHeight,
  sampledWidth,
  see,
  sequenceRound,
  timeRound,
} from "./card.ts";

const cards = fc.record({
  sequence: fc.integer({ min: 0, max: sequenceRound - 1 }),
  at: fc.integer({ min: 0, max: timeRound - 1 }),
});

/** The card as a sampler sees it, after whatever a path did to each point. */
function sampled(card: Card, bend: (luma: number, x: number, y: number) => number = (luma) => luma) {
  const points = new Float64Array(sampledWidth * sampledHeight);
  for (const { x, y, width, height, luma } of patchesOf(card))
    for (let px = Math.round(x * sampledWidth); px < Math.round((x + width) * sampledWidth); px++)
      for (let py = Math.round(y * sampledHeight); py < Math.round((y + height) * sampledHeight); py++)
        points[py * sampledWidth + px] = bend(luma, px, py);
  return (x: number, y: number): number => points[y * sampledWidth + x] ?? 0;
}

describe("the test card", () => {
  it("[DR15] each picture says its number and the sender's time, also through a path that fades it a little", () => {
    fc.assert(
      fc.property(
        cards,
        fc.double({ min: 0.85, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 12 }),
        (card, gain, lift) => {
          const read = readCard(sampled(card, (luma) => Math.min(255, luma * gain + lift)));
          expect(read).toMatchObject({ at: "card", card });
        },
      ),
    );
  });

  it("[DR15] a black picture is no card, and one that is torn between two is none either", () => {
    expect(readCard(() => 0)).toEqual({ at: "none" });
    expect(readCard(() => 16)).toEqual({ at: "none" });
    fc.assert(
      fc.property(cards, fc.integer({ min: 1, max: sampledHeight - 1 }), (card, row) => {
        const next = { sequence: (card.sequence + 1) % sequenceRound, at: (card.at + 40) % timeRound };
        const [upper, lower] = [sampled(next), sampled(card)];
        const read = readCard((x, y) => (y < row ? upper(x, y) : lower(x, y)));
        // Above the last row of the field nothing of the older picture is left to see.
        if (read.at === "card") expect([card, next]).toContainEqual(read.card);
        if (row <= 24 && row >= 12) expect(read).toEqual({ at: "torn" });
      }),
    );
  });

  it("[DR15] any cell that is bent makes the picture unreadable, and never another number", () => {
    fc.assert(
      fc.property(cards, fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 3 }), (card, column, row) => {
        const inCell = (x: number, y: number): boolean => Math.floor(x / 4) === column && Math.floor(y / 3) === row;
        expect(readCard(sampled(card, (luma, x, y) => (inCell(x, y) ? 255 - luma : luma)))).toEqual({ at: "torn" });
      }),
    );
  });

  it("greys that are off are told by how much", () => {
    const read = readCard(sampled({ sequence: 7, at: 9 }, (luma, _x, y) => (y >= 12 && y < 24 ? luma + 20 : luma)));
    expect(read.at === "card" ? read.greyError : null).toBeCloseTo(20);
  });

  it("[DR15] pictures are counted once, torn ones apart, with the greatest gap and the quickest way", () => {
    const card = (sequence: number, at: number) => ({ at: "card" as const, card: { sequence, at }, greyError: 2 });
    let seen = nothingSeen;
    for (const [reading, now] of [
      [card(1, 100), 1130],
      [card(1, 100), 1140],
      [{ at: "torn" as const }, 1150],
      [card(3, 180), 1200],
      [{ at: "none" as const }, 1300],
      [card(9, 420), 1500],
    ] as const)
      seen = see(seen, reading, now);
    expect(seen).toMatchObject({ read: 3, torn: 1, gap: 300, greyError: 2, first: 1130, ahead: 1020 });
    expect(seen.last).toEqual({ at: 1500, card: { sequence: 9, at: 420 } });
  });
});
