// What a drill measures while its picture and sound go: two reports of the connection and the relays, and what the card and the
// sweep's listener made of what came. It has measured only once all of it is judged: whoever hangs up before that would have
// nothing to say of path, picture and sound ([DR20] of docs/spec/drill.md).
import { type Ms } from "@parley/base/time";
import { judgePicture, judgeSound } from "@parley/drill/judgement";
import { amiss, passed, stepLasts } from "@parley/drill/steps";
import { judgeSweep, soundBehind, sweepLasts } from "@parley/drill/sweep";
import type { StepResult } from "@parley/protocol/signed/drillReport";
import type { Found } from "@parley/protocol/terminal/drill";
import { type PathNumbers, pathNumbersOf } from "../media/pathNumbers.ts";
import type { RelaysFound } from "../media/relayTrial.ts";
import type { Route } from "../media/route.ts";
import type { CardReader } from "../media/testCard.ts";
import type { SweepListener, SweepTrack } from "../media/sweepTone.ts";

export type Judged = { readonly results: readonly StepResult[]; readonly numbers: NonNullable<Found["numbers"]> };

export type DrillMeasure = {
  /** How far it has come. */
  readonly at: () => "measuring" | "judging" | "measured";
  /** Called now and then: `lasted` since the first opened frame, `rekeyed` when the keys have changed since. */
  readonly look: (lasted: Ms, rekeyed: "yes" | "no") => void;
};

export type DrillMeasureOptions = {
  /** From the answer to the first opened frame. */
  readonly setUp: Ms;
  /** The browser's own report of the connection. */
  readonly report: () => Promise<readonly unknown[]>;
  readonly route: () => Route["at"];
  readonly reader: Pick<CardReader, "seen">;
  readonly listener: Pick<SweepListener, "heard">;
  readonly sweep: Pick<SweepTrack, "sounds">;
  readonly tryRelays: () => Promise<RelaysFound>;
  /** Once, with path, picture and sound. */
  readonly onJudged: (judged: Judged) => void;
};

/** Pictures, and sweeps, after which it has seen and heard enough. */
const enoughPictures = 50;
const enoughSound = 2 * sweepLasts;

/** Begins at the first opened frame. */
export function measureDrill(options: DrillMeasureOptions): DrillMeasure {
  const { setUp, report, reader, listener, sweep } = options;
  let at: ReturnType<DrillMeasure["at"]> = "measuring";
  let before: readonly unknown[] | null = null;
  let relays: RelaysFound | null = null;
  void report().then((found) => (before = found));
  void options.tryRelays().then((found) => (relays = found));

  const soundPassed = (): boolean => judgeSweep(listener.heard()).bands.every(({ below }) => below !== null);

  const isEnough = (lasted: Ms, rekeyed: boolean): boolean =>
    lasted >= enoughSound &&
    (reader.seen().read >= enoughPictures || lasted > stepLasts.picture) &&
    (soundPassed() || lasted > stepLasts.sound) &&
    (rekeyed || lasted > stepLasts.rekey) &&
    before !== null &&
    relays !== null;

  /** Judges path, picture and sound from what has arrived until now. */
  const judge = async (lasted: Ms): Promise<void> => {
    const path = pathNumbersOf(before ?? [], await report(), lasted);
    const route = options.route();
    const [seen, heard] = [reader.seen(), judgeSweep(listener.heard())];
    at = "measured";
    options.onJudged({
      results: [
        pathResult(route),
        judgePicture(seen, path.out.picture, path.in.picture, lasted),
        judgeSound(heard, sweep.sounds(), path.out.sound, path.in.sound, lasted),
      ],
      numbers: numbersOf(path, route, setUp, heard, seen),
    });
  };

  const pathResult = (route: Route["at"]): StepResult => {
    if (route === "searching") return amiss("path", "failed", "noPath", "unknown", setUp);
    if (relays === "silent" || relays === "udpSilent")
      return amiss("path", "weak", relays === "silent" ? "relayAway" : "udpBlocked", "own", setUp);
    return passed("path", setUp);
  };

  return {
    at: () => at,
    look: (lasted, rekeyed) => {
      if (at !== "measuring" || !isEnough(lasted, rekeyed === "yes")) return;
      at = "judging";
      void judge(lasted);
    },
  };
}

function numbersOf(
  path: PathNumbers,
  route: Route["at"],
  setUp: Ms,
  heard: ReturnType<typeof judgeSweep>,
  seen: ReturnType<CardReader["seen"]>,
): Judged["numbers"] {
  const behind = soundBehind(heard.began, seen.ahead);
  const { roundTrip, lost, jitter, couldSend, sent, received, codec } = path;
  return {
    roundTrip,
    lost,
    jitter,
    couldSend,
    sent,
    received,
    codec,
    setUp: Math.round(setUp),
    path: route === "searching" ? "none" : route,
    pictures: seen.read,
    torn: seen.torn,
    gap: Math.round(seen.gap),
    greyError: seen.read === 0 ? null : Math.min(255, Math.round(seen.greyError)),
    soundBehind: behind === null ? null : Math.max(0, Math.round(behind) + 10_000),
    bands: [...heard.bands],
  };
}
