import { describe, expect, it } from "vitest";
import { type Greys, judgePicture } from "./picture.ts";

const [width, height] = [64, 36];
let state = 7;
const noise = (by: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.round((state / 2 ** 32 - 0.5) * 2 * by);
};
const picture = (grey: (x: number, y: number) => number, grain: number): Greys =>
  Uint8ClampedArray.from({ length: width * height }, (_, i) => grey(i % width, Math.floor(i / width)) + noise(grain));
const many = (grey: (x: number, y: number) => number, grain = 2, n = 10): Greys[] =>
  Array.from({ length: n }, () => picture(grey, grain));

/** A wall, a window, a table and somebody before it. */
const room = (x: number, y: number): number =>
  y > 26 ? 40 : x > 40 && y < 14 ? 220 : x > 20 && x < 32 && y > 10 ? 90 : 130;

describe("a camera's pictures", () => {
  it("[TS3] of a room are good, by day, by night with one lamp, and before a white wall", () => {
    expect(judgePicture(many(room)).is).toBe("good");
    expect(judgePicture(many((x, y) => room(x, y) / 8)).is).toBe("good");
    expect(judgePicture(many((x, y) => (Math.hypot(x - 50, y - 8) < 5 ? 200 : 6))).is).toBe("good");
    expect(judgePicture(many((x, y) => 190 + x / 3 - y / 4)).is).toBe("good");
  });

  it("[TS3] that show nothing are black, also with a sensor's noise in them", () => {
    expect(judgePicture(many(() => 0, 0)).is).toBe("black");
    expect(judgePicture(many(() => 4, 4)).is).toBe("black");
  });

  it("[TS3] that are one grey all over are covered: a hand, a cap in the light, a sticker", () => {
    expect(judgePicture(many(() => 60, 4)).is).toBe("covered");
    expect(judgePicture(many((x) => 120 + x / 30, 6)).is).toBe("covered");
  });

  it("[TS3] that are equal to the last grain are frozen, and so is a camera that gives one or none", () => {
    const still = picture(room, 3);
    expect(judgePicture(Array.from({ length: 10 }, () => still)).is).toBe("frozen");
    expect(judgePicture(many(room, 2, 1)).is).toBe("frozen");
    expect(judgePicture([]).is).toBe("none");
    expect(judgePicture([new Uint8ClampedArray(0)]).is).toBe("none");
    // The least that a sensor does is one grain in one picture.
    const grain = Uint8ClampedArray.from(still);
    grain[5] = (grain[5] ?? 0) + 1;
    expect(judgePicture([...Array.from({ length: 9 }, () => still), grain]).is).toBe("good");
  });
});
