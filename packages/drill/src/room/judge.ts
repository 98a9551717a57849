// What a terminal found in its own room becomes verdicts, part by part, and one word for the whole ([TS5] of docs/spec/selfTest.md):
// total, and the same at the terminal that looks and at the station that keeps it. As in a drill, what failed makes a terminal not
// ready, what is weak degrades it, and the first of the gravest names the cause.
import { type Ms, seconds } from "@parley/base/time";
import { type RoomCause, type RoomPart, type RoomWord, roomParts } from "@parley/protocol/signed/selfTest";
import { type ChirpHeard, clipsFrom, faintBelow, heardAbove, silentBelow } from "./chirp.ts";
import type { PictureJudged } from "./picture.ts";

export type PartOutcome = "good" | "weak" | "failed" | "untried";
export type PartResult = { readonly part: RoomPart; readonly outcome: PartOutcome; readonly cause: RoomCause | null };

/** An input, or the name of the DOMException that the browser gave instead; `untried` where opening it would ask a person. */
export type Tried<T> =
  | { readonly at: "open"; readonly found: T }
  | { readonly at: "refused"; readonly why: string }
  | { readonly at: "untried" };

export type RoomFound = {
  readonly camera: Tried<PictureJudged>;
  /** What the microphone heard of each loudspeaker, the best of its tries; none where nothing could be played. */
  readonly microphone: Tried<readonly ChirpHeard[]>;
  /** Whether the browser lets the page have both: `due` where it would ask a person, `untold` where it does not say. */
  readonly permission: "granted" | "due" | "refused" | "untold";
  readonly storage: "kept" | "atRisk" | "untold";
  readonly fullscreen: "full" | "window";
  /** By how much this page's own timers came late at most since the last test. */
  readonly late: Ms;
};

/** Within this a terminal has to answer its station, and its timers to fire: a ring is worth nothing after that. */
export const wakesWithin: Ms = seconds(5);

const refusals = {
  camera: { NotAllowedError: "cameraRefused", NotFoundError: "cameraMissing", OverconstrainedError: "cameraMissing" },
  microphone: {
    NotAllowedError: "microphoneRefused",
    NotFoundError: "microphoneMissing",
    OverconstrainedError: "microphoneMissing",
  },
} as const satisfies Record<string, Record<string, RoomCause>>;

function refused(part: "camera" | "microphone", why: string): PartResult {
  const named: Readonly<Record<string, RoomCause>> = refusals[part];
  const other = part === "camera" ? "cameraBusy" : "microphoneBusy";
  return { part, outcome: "failed", cause: Object.hasOwn(named, why) ? (named[why] ?? other) : other };
}

const good = (part: RoomPart): PartResult => ({ part, outcome: "good", cause: null });
const untried = (part: RoomPart): PartResult => ({ part, outcome: "untried", cause: null });
const weak = (part: RoomPart, cause: RoomCause): PartResult => ({ part, outcome: "weak", cause });
const failed = (part: RoomPart, cause: RoomCause): PartResult => ({ part, outcome: "failed", cause });

function cameraOf(camera: RoomFound["camera"]): PartResult {
  if (camera.at === "untried") return untried("camera");
  if (camera.at === "refused") return refused("camera", camera.why);
  switch (camera.found.is) {
    case "good":
      return good("camera");
    case "black":
      return failed("camera", "cameraBlack");
    case "covered":
      return failed("camera", "cameraCovered");
    case "frozen":
    case "none":
      return failed("camera", "cameraFrozen");
  }
  return camera.found.is satisfies never;
}

function microphoneOf(microphone: RoomFound["microphone"]): PartResult {
  if (microphone.at === "untried") return untried("microphone");
  if (microphone.at === "refused") return refused("microphone", microphone.why);
  const { found } = microphone;
  if (found.length === 0) return untried("microphone");
  if (found.every(({ level }) => level < silentBelow)) return failed("microphone", "microphoneSilent");
  if (found.some(({ clipped }) => clipped >= clipsFrom)) return weak("microphone", "microphoneClips");
  return good("microphone");
}

function speakerOf(microphone: RoomFound["microphone"], ear: PartResult): PartResult {
  // Without an ear nothing is known of the mouth.
  if (microphone.at !== "open" || microphone.found.length === 0 || ear.outcome === "failed") return untried("speaker");
  const least = Math.min(...microphone.found.map(({ above }) => above));
  if (least < heardAbove) return failed("speaker", "speakerNotHeard");
  return least < faintBelow ? weak("speaker", "speakerFaint") : good("speaker");
}

/** Part by part, in their order. `kiosk`: the party's terminals are to fill the screen and to keep their storage. */
export function judgeRoom(found: RoomFound, kiosk: "kiosk" | "window"): readonly PartResult[] {
  const microphone = microphoneOf(found.microphone);
  const isKiosk = kiosk === "kiosk";
  return [
    cameraOf(found.camera),
    microphone,
    speakerOf(found.microphone, microphone),
    found.permission === "due" || found.permission === "refused"
      ? failed("permission", "permissionDue")
      : found.permission === "untold"
        ? untried("permission")
        : good("permission"),
    found.storage === "kept" ? good("storage") : isKiosk ? weak("storage", "storageAtRisk") : untried("storage"),
    found.fullscreen === "full"
      ? good("fullscreen")
      : isKiosk
        ? weak("fullscreen", "notFullscreen")
        : untried("fullscreen"),
    found.late > wakesWithin ? failed("wake", "asleep") : good("wake"),
  ];
}

export type RoomVerdict = { readonly at: RoomWord; readonly part: RoomPart | null; readonly cause: RoomCause | null };

const nothing = { part: null, cause: null };

/** What the parts come to: ready only where camera, microphone, loudspeakers and waking were tried and good. */
export function roomVerdict(results: readonly PartResult[]): RoomVerdict {
  const first = (outcome: PartOutcome): PartResult | undefined =>
    roomParts.flatMap((part) => results.filter((it) => it.part === part && it.outcome === outcome))[0];
  const bad = first("failed");
  if (bad !== undefined) return { at: "notReady", part: bad.part, cause: bad.cause };
  const poor = first("weak");
  if (poor !== undefined) return { at: "degraded", part: poor.part, cause: poor.cause };
  const needed: readonly RoomPart[] = ["camera", "microphone", "speaker", "wake"];
  const missing = needed.find((part) => !results.some((it) => it.part === part && it.outcome === "good"));
  return missing === undefined ? { at: "ready", ...nothing } : { at: "degraded", part: missing, cause: "notFinished" };
}
