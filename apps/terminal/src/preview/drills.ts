// A made-up quarter of a year of hourly drills on one line, with what happens on lines in it: a night when the path is full every
// Tuesday at three, two days without their station, a relay that refuses, and the numbers of each. The same in every language.
import { type Instant, instant } from "@parley/base/time";
import { type Drilled, daysShown, summaryOf } from "@parley/drill/history";
import type { Readiness } from "../model/readiness.ts";
import { offsetMinutes } from "../words/place.ts";
import { type Cast, before, day, now } from "./people.ts";

type Page = Extract<Readiness["page"], { at: "here" }>;
type Row = Page["rows"][number];
type Told = Extract<Readiness["drill"], { at: "here" }>["told"];
type Side = NonNullable<Told["ours"]>;
type Numbers = NonNullable<Side["numbers"]>;

const hour = 3_600_000;
const zone = "America/New_York";
const offsetAt = (at: Instant): number => offsetMinutes(at, zone);

/** Something between 0 and 1 that looks drawn, and is the same each time. */
const drawn = (n: number): number => {
  const x = Math.sin(n * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
};

/** Hours ago, of the two days in which their station was away, and of those before anything was drilled. */
const away = { from: 800, to: 848 };
const establishedAgo = daysShown * 24 - 40;

function drilledAt(ago: number): Drilled {
  const at = instant(now - ago * hour - Math.floor(drawn(ago) * 0.8 * hour));
  const local = new Date(at + offsetAt(at) * 60_000);
  const night = local.getUTCDay() === 2 && local.getUTCHours() === 3;
  const slow = night || drawn(ago + 0.5) > 0.985;
  const busy = 1 + 0.5 * Math.sin(((local.getUTCHours() - 8) / 24) * 2 * Math.PI);
  const newer = ago < 500 ? 0.8 : 1;
  const numbers = {
    setUp: Math.round((340 + 90 * drawn(ago + 1) + (slow ? 1400 * drawn(ago + 2) : 0)) * newer),
    roundTrip: Math.round((37 + 6 * busy * drawn(ago + 3) + (slow ? 60 : 0)) * newer * 1000),
    lost: slow ? Math.round(250 * drawn(ago + 4)) : drawn(ago + 5) > 0.9 ? 8 : 0,
  };
  if (ago >= away.from && ago < away.to) return { at, came: "missed", setUp: null, roundTrip: null, lost: null };
  if (night && drawn(ago + 6) > 0.45) return { at, came: "failed", ...numbers };
  return { at, came: slow ? "degraded" : "passed", ...numbers };
}

const drills: readonly Drilled[] = Array.from({ length: establishedAgo }, (_, ago) => drilledAt(ago));

const indexOf = (ago: number): number => 41_902 - 4 * ago;

function rowOf({ at, came, ...numbers }: Drilled, ago: number): Row {
  const wrong = came === "failed" || came === "degraded";
  return {
    index: indexOf(ago),
    at,
    came,
    session: "direct",
    step: wrong ? "picture" : null,
    cause: came === "failed" ? "pictureNotArrived" : came === "degraded" ? "pictureSlow" : null,
    whose: came === "missed" ? "theirs" : "both",
    signedByBoth: came !== "missed",
    sessions: [{ session: "direct", index: indexOf(ago), came }],
    ...numbers,
  };
}

const quiet = drills.slice(0, 48).map(rowOf);
const stormy = [...quiet];
stormy.splice(3, 1, rowOf({ at: before(4 * 3600), came: "missed", setUp: null, roundTrip: null, lost: null }, 3));
stormy.splice(7, 1, rowOf({ ...drilledAt(7), came: "failed" }, 7));
stormy.splice(16, 1, rowOf({ ...drilledAt(16), came: "degraded" }, 16));

const results = (steps: readonly (readonly [Side["results"][number]["step"], number])[]): Side["results"] =>
  steps.map(([step, took]) => ({ step, outcome: "passed", cause: null, whose: "unknown", took }));

const passedSteps = (off: number): Side["results"] =>
  results([
    ["ring", 4210 + off],
    ["keys", 380 + off],
    ["path", 140 + off],
    ["seal", 410 + off],
    ["picture", 8020 + off],
    ["sound", 6150 + off],
    ["rekey", 220 + off],
    ["hangUp", 60 + off],
  ]);

const tones = [125, 250, 500, 1000, 2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 15_000];

const numbersOf = (more: Partial<Numbers>): Numbers => ({
  setUp: 412,
  roundTrip: 41_300,
  lost: 0,
  jitter: 2400,
  couldSend: 5_100_000,
  sent: 2_380_000,
  received: 2_410_000,
  codec: "video/VP9",
  path: "direct",
  pictures: 241,
  torn: 0,
  gap: 67,
  greyError: 2,
  soundBehind: 10_018,
  bands: tones.map((hz, i) => ({ hz, below: Math.max(0, i - 6) * 2, late: 0 })),
  ...more,
});

function sideOf(terminal: string | null, browser: string, more: Partial<Side>): Side {
  const began = now - 12 * 60_000;
  return { terminal, browser, began, ended: began + 24_000, results: passedSteps(0), numbers: numbersOf({}), ...more };
}

const chromium = "Chromium 141.0 on Linux";

function toldOf(c: Cast, more: Partial<Told>): Told {
  return {
    index: indexOf(0),
    at: quiet[0]?.at ?? now,
    came: "passed",
    session: "direct",
    step: null,
    cause: null,
    whose: "both",
    signedByBoth: true,
    link: "line-1",
    role: "caller",
    ours: sideOf(c.names.terminal, chromium, {}),
    theirs: sideOf(null, chromium, {
      results: passedSteps(17),
      numbers: numbersOf({ setUp: 438, roundTrip: 41_900, lost: 3, jitter: 3100, soundBehind: 9994, gap: 84 }),
    }),
    ...more,
  };
}

const dated: Readiness["dated"] = [
  { what: "stationKey", whose: "ours", name: "", at: day(2026, 12, 21), stands: "renews" },
  { what: "stationKey", whose: "theirs", name: "", at: day(2026, 12, 29), stands: "renews" },
  { what: "turnCertificate", whose: "theirs", name: "", at: day(2027, 3, 14), stands: "good" },
  { what: "webCertificate", whose: "ours", name: "", at: day(2027, 5, 2), stands: "good" },
  { what: "disk", whose: "theirs", name: "", at: day(2029, 8, 11), stands: "good" },
];

const page = (rows: readonly Row[], more: Partial<Page> = {}): Page => ({
  at: "here",
  rows: rows.toReversed(),
  newer: "none",
  older: 41_000,
  asking: "no",
  ...more,
});

/** The readiness of a line on which all is well, with what is said in its place. */
export function readiness(c: Cast, more: Partial<Readiness> = {}): Readiness {
  return {
    line: "line-1",
    page: page(quiet),
    summary: { zone, ...copied(summaryOf(drills, now, offsetAt)) },
    drill: { at: "here", told: toldOf(c, {}) },
    dated,
    ...more,
  };
}

const copied = ({ today, days, hours }: ReturnType<typeof summaryOf>) => ({
  today,
  days: [...days],
  hours: [...hours],
});

/** Of a new line: nothing was drilled and nothing has a date. */
export const unknown: Readiness = {
  line: "line-4",
  page: { at: "here", rows: [], newer: "none", older: null, asking: "no" },
  summary: { zone, today: Math.floor(now / (24 * hour)), days: [], hours: [] },
  drill: { at: "none" },
  dated: [],
};

/** Their desk's picture never came, in a drill that their station did not sign. */
export const failed = (c: Cast): Readiness =>
  readiness(c, {
    page: page(stormy),
    drill: {
      at: "here",
      told: toldOf(c, {
        index: indexOf(7),
        at: stormy[7]?.at ?? now,
        came: "failed",
        step: "picture",
        cause: "pictureNotArrived",
        signedByBoth: false,
        theirs: null,
        ours: sideOf(c.names.terminal, chromium, {
          results: [
            ...passedSteps(0).slice(0, 4),
            { step: "picture", outcome: "failed", cause: "pictureNotArrived", whose: "unknown", took: 30_000 },
            { step: "sound", outcome: "weak", cause: "soundNarrow", whose: "far", took: 6150 },
          ],
          numbers: numbersOf({
            pictures: 0,
            torn: 4,
            greyError: null,
            soundBehind: null,
            lost: 812,
            roundTrip: 188_000,
          }),
        }),
      }),
    },
  });

/** A drill whose call went well, and whose session over the relay did not. */
export function sessions(c: Cast): Readiness {
  const [newest, ...rest] = quiet;
  if (newest === undefined) throw new Error("no drill was made up");
  const index = indexOf(0);
  const row: Row = {
    ...newest,
    came: "degraded",
    step: "path",
    cause: "relayAway",
    whose: "theirs",
    sessions: [
      { session: "direct", index, came: "passed" },
      { session: "relay", index: index + 1, came: "failed" },
      { session: "reload", index: index + 2, came: "passed" },
    ],
  };
  const ring = passedSteps(0).slice(0, 2);
  return readiness(c, {
    // Days and trends stand in other states: here they would only be looked at once more.
    summary: null,
    page: page([row, ...rest]),
    drill: {
      at: "here",
      told: toldOf(c, {
        index: index + 1,
        came: "failed",
        session: "relay",
        step: "path",
        cause: "relayAway",
        whose: "theirs",
        ours: sideOf(c.names.terminal, chromium, {
          results: [...ring, { step: "path", outcome: "failed", cause: "relayAway", whose: "far", took: 20_000 }],
          numbers: null,
        }),
        theirs: sideOf(null, chromium, {
          results: [...ring, { step: "path", outcome: "failed", cause: "relayAway", whose: "own", took: 20_000 }],
          numbers: null,
        }),
      }),
    },
  });
}

/** The drill that never came, on a page of older ones. */
export const missed = (c: Cast): Readiness =>
  readiness(c, {
    page: page(
      drills.slice(away.from - 20, away.from + 28).map((drill, i) => rowOf(drill, away.from - 20 + i)),
      { newer: "some" },
    ),
    drill: {
      at: "here",
      told: toldOf(c, {
        index: indexOf(away.from),
        at: drilledAt(away.from).at,
        came: "missed",
        whose: "theirs",
        role: "called",
        signedByBoth: false,
        ours: null,
        theirs: null,
      }),
    },
  });
