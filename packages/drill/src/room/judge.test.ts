import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ms } from "@parley/base/time";
import { roomCauses, roomParts } from "@parley/protocol/signed/selfTest";
import type { ChirpHeard } from "./chirp.ts";
import { type PartResult, type RoomFound, judgeRoom, roomVerdict, wakesWithin } from "./judge.ts";
import type { PictureJudged } from "./picture.ts";

const picture: PictureJudged = { is: "good", mean: 100, spread: 40, moved: 900, pictures: 10 };
const chirp: ChirpHeard = { above: 30, at: 150, level: -50, clipped: 0 };
const whole: RoomFound = {
  camera: { at: "open", found: picture },
  microphone: { at: "open", found: [chirp, chirp] },
  permission: "granted",
  storage: "kept",
  fullscreen: "full",
  late: ms(20),
};
const hears = (more: Partial<ChirpHeard>): Pick<RoomFound, "microphone"> => ({
  microphone: { at: "open", found: [chirp, { ...chirp, ...more }] },
});
const camera = (is: PictureJudged["is"]): Pick<RoomFound, "camera"> => ({
  camera: { at: "open", found: { ...picture, is } },
});
const refused = (why: string) => ({ at: "refused", why }) as const;
const verdict = (more: Partial<RoomFound>, kiosk: "kiosk" | "window" = "kiosk") => {
  const { at, cause } = roomVerdict(judgeRoom({ ...whole, ...more }, kiosk));
  return [at, cause];
};

describe("a room's verdict", () => {
  it("[TS5] is ready where every part is good, and names the first of the gravest otherwise", () => {
    expect(verdict({})).toEqual(["ready", null]);
    expect(verdict(camera("black"))).toEqual(["notReady", "cameraBlack"]);
    expect(verdict(camera("covered"))).toEqual(["notReady", "cameraCovered"]);
    expect(verdict(camera("frozen"))).toEqual(["notReady", "cameraFrozen"]);
    expect(verdict(camera("none"))).toEqual(["notReady", "cameraFrozen"]);
    expect(verdict({ ...camera("black"), ...hears({ above: 5 }) })).toEqual(["notReady", "cameraBlack"]);
    expect(verdict({ ...hears({ clipped: 0.2 }), late: ms(9000) })).toEqual(["notReady", "asleep"]);
  });

  it("[TS4] [TS5] one loudspeaker that is not heard is one too many; a microphone that gives nothing is no fault of theirs", () => {
    expect(verdict(hears({ above: 5 }))).toEqual(["notReady", "speakerNotHeard"]);
    expect(verdict(hears({ above: 17 }))).toEqual(["degraded", "speakerFaint"]);
    expect(verdict(hears({ clipped: 0.05 }))).toEqual(["degraded", "microphoneClips"]);
    const silent = { at: "open", found: [{ ...chirp, above: 0, level: -120 }] } as const;
    expect(verdict({ microphone: silent })).toEqual(["notReady", "microphoneSilent"]);
    expect(judgeRoom({ ...whole, microphone: silent }, "kiosk")[2]).toMatchObject({
      part: "speaker",
      outcome: "untried",
    });
    expect(verdict({ microphone: { at: "open", found: [] } })).toEqual(["degraded", "notFinished"]);
  });

  it("[TS5] what a browser refuses is named: refused, missing, or held by another program", () => {
    const whys = ["NotAllowedError", "NotFoundError", "NotReadableError", "constructor"];
    expect(whys.map((why) => verdict({ camera: refused(why) })[1])).toEqual([
      "cameraRefused",
      "cameraMissing",
      "cameraBusy",
      "cameraBusy",
    ]);
    expect(whys.map((why) => verdict({ microphone: refused(why) })[1])).toEqual([
      "microphoneRefused",
      "microphoneMissing",
      "microphoneBusy",
      "microphoneBusy",
    ]);
    const asks = { permission: "due", camera: { at: "untried" }, microphone: { at: "untried" } } as const;
    expect(verdict(asks)).toEqual(["notReady", "permissionDue"]);
    const [eye, ear, mouth] = judgeRoom({ ...whole, ...asks }, "kiosk");
    expect([eye, ear, mouth].map((part) => part?.outcome)).toEqual(["untried", "untried", "untried"]);
    expect(verdict({ permission: "refused" })).toEqual(["notReady", "permissionDue"]);
    expect(verdict({ permission: "refused", camera: refused("NotAllowedError") })[1]).toBe("cameraRefused");
    expect(verdict({ permission: "untold" })).toEqual(["ready", null]);
  });

  it("[TS6] timers that come later than five seconds are a page asleep", () => {
    expect(verdict({ late: wakesWithin })).toEqual(["ready", null]);
    expect(verdict({ late: ms(wakesWithin + 1) })).toEqual(["notReady", "asleep"]);
  });

  it("[TS5] a whole screen and kept storage are asked of kiosks alone", () => {
    expect(verdict({ fullscreen: "window" })).toEqual(["degraded", "notFullscreen"]);
    expect(verdict({ storage: "atRisk" })).toEqual(["degraded", "storageAtRisk"]);
    expect(verdict({ fullscreen: "window", storage: "atRisk" }, "window")).toEqual(["ready", null]);
  });

  it("[TS5] is total: any results give one word, ready only without a fault, and with the four parts that a call needs", () => {
    const result: fc.Arbitrary<PartResult> = fc.record({
      part: fc.constantFrom(...roomParts),
      outcome: fc.constantFrom("good" as const, "weak" as const, "failed" as const, "untried" as const),
      cause: fc.option(fc.constantFrom(...roomCauses)),
    });
    fc.assert(
      fc.property(fc.array(result, { maxLength: 10 }), (results) => {
        const { at } = roomVerdict(results);
        const has = (outcome: string): boolean => results.some((one) => one.outcome === outcome);
        if (has("failed")) expect(at).toBe("notReady");
        else if (has("weak")) expect(at).toBe("degraded");
        else if (at === "ready")
          for (const part of ["camera", "microphone", "speaker", "wake"])
            expect(results.some((one) => one.part === part && one.outcome === "good")).toBe(true);
      }),
    );
  });
});
