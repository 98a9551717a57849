import { ms } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { type Seen, nothingSeen } from "./card.ts";
import { judgePicture, judgeSound } from "./judgement.ts";
import { type SweepHeard, neededTones, sweepTones } from "./sweep.ts";

const took = ms(4000);
const sent = { packets: 900, frames: 100 };
const came = { packets: 900, frames: 100, decoded: 100 };
const seen: Seen = {
  read: 100,
  torn: 2,
  gap: 80,
  greyError: 3,
  first: 0,
  last: { at: 4000, card: { sequence: 100, at: 4000 } },
  ahead: 20,
};
const heard = (lost: readonly number[] = []): SweepHeard => ({
  bands: sweepTones.map((hz) => ({ hz, below: lost.includes(hz) ? null : 2, late: 0 })),
  began: 0,
});

describe("what a terminal makes of what it measured", () => {
  it("[DR17] a picture that did not go out is ours, one that did not arrive is theirs, one that cannot be used nobody's", () => {
    const of = (...args: [Seen, typeof sent, typeof came]) => {
      const { outcome, cause, whose } = judgePicture(...args, took);
      return [outcome, cause, whose];
    };
    expect(of(seen, sent, came)).toEqual(["passed", null, "unknown"]);
    expect(of(seen, { packets: 0, frames: 0 }, came)).toEqual(["failed", "pictureNotSent", "own"]);
    expect(of(nothingSeen, sent, { packets: 0, frames: 0, decoded: 0 })).toEqual([
      "failed",
      "pictureNotArrived",
      "far",
    ]);
    expect(of(nothingSeen, sent, { ...came, decoded: 0 })).toEqual(["failed", "pictureUnreadable", "own"]);
    expect(of(nothingSeen, sent, came)).toEqual(["failed", "pictureUnreadable", "unknown"]);
    expect(of({ ...seen, torn: 60 }, sent, came)).toEqual(["weak", "pictureUnreadable", "unknown"]);
    expect(of({ ...seen, greyError: 40 }, sent, came)).toEqual(["weak", "pictureUnreadable", "unknown"]);
    expect(of({ ...seen, read: 10 }, sent, came)).toEqual(["weak", "pictureSlow", "unknown"]);
  });

  it("[DR17] so with sound, where a page that may make none until it is touched is a weakness of ours, and speech's tones must all be there", () => {
    const of = (...args: [SweepHeard, boolean, typeof sent, typeof sent]) => {
      const { outcome, cause, whose } = judgeSound(...args, took);
      return [outcome, cause, whose];
    };
    const none = { packets: 0, frames: 0 };
    expect(of(heard(), true, sent, sent)).toEqual(["passed", null, "unknown"]);
    expect(of(heard([12_000, 15_000]), true, sent, sent)).toEqual(["passed", null, "unknown"]);
    expect(of(heard(), false, sent, sent)).toEqual(["weak", "soundBlocked", "own"]);
    expect(of(heard(), false, none, sent)).toEqual(["weak", "soundBlocked", "own"]);
    expect(of(heard(), true, none, sent)).toEqual(["failed", "soundNotSent", "own"]);
    expect(of(heard(sweepTones), true, sent, none)).toEqual(["failed", "soundNotArrived", "far"]);
    expect(of(heard(sweepTones), true, sent, sent)).toEqual(["failed", "soundNotArrived", "unknown"]);
    for (const hz of neededTones) expect(of(heard([hz]), true, sent, sent)).toEqual(["weak", "soundNarrow", "unknown"]);
  });
});
