// What makes a world one that stands for years: drills at their pace, checks, and what each machine has that grows old. In quiet
// times, when nothing is to happen for weeks, drills and checks are thinned out (`thin`); around everything that happens they keep
// their real pace. Worlds without it are for calls alone.
import { utf8 } from "@parley/base/bytes";
import { type Cancel, type Clock, type Instant, type Ms, after, days, hours, minutes, ms } from "@parley/base/time";
import { sha256Of } from "@parley/protocol/signed/hash";
import { oldestProtocolVersion, protocolVersion } from "@parley/protocol/versions";
import type { Running } from "@parley/station/checks/lines";
import type { DrillsSettings } from "@parley/station/run/drillsRun";
import { Certificates } from "./certificates.ts";
import { worldBegan } from "./machine.ts";
import type { Station } from "./station.ts";

/** What of a machine grows old, fills up or is replaced. */
export type Upkeep = {
  readonly certificates: Certificates;
  /** The number of its build, its settings included. */
  build: number;
  zoneData: "new" | "old";
  disk: "well" | "slow" | "failed";
  /** Days until the disk is full, where it fills. */
  daysLeft: number | null;
  dates: readonly { readonly what: string; readonly ends: Instant }[];
};

export type Standing = {
  /** Whether lines are rehearsed and checked at all. */
  readonly isOn: boolean;
  readonly upkeep: (station: Station) => Upkeep;
  readonly settings: (station: Station) => DrillsSettings;
  readonly running: (station: Station) => Running;
  /** Quiet times begin for this station; or end, or something happens: for a while its checks keep their pace. */
  readonly rest: (station: Station) => void;
  readonly stir: (station: Station) => void;
  /** Its clock, for what may wait until quiet times end. */
  readonly sleepy: (station: Station, clock: Clock) => Clock;
};

export const drillPeriod: Ms = hours(1);
/** In quiet times. */
const thinPeriod: Ms = days(20);
/** Longer waits than this are the pace of checks; shorter ones belong to what is under way. */
const pace: Ms = minutes(2);
/** For how long checks keep theirs after something has happened, and what it is until quiet times begin. */
const stirredFor: Ms = minutes(20);
const calmPace: Ms = minutes(30);
export const thinLooks: Ms = days(5);

/** How long a drill rings and talks, milliseconds: nearer to the least that the steps need than a station's own settings are. */
const ringFor = [1000, 3000] as const;
const talkFor = [6000, 9000] as const;

export function makeStanding(isOn: boolean, now: () => Ms): Standing {
  const kept = new Map<Station, Upkeep>();
  const thin = new Set<Station>();
  const stirred = new Map<Station, Ms>();
  /** What waits longer than it asked for, because times are quiet. */
  const waiting = new Map<() => void, Station>();
  const standing: Standing = {
    isOn,
    rest: (station) => void thin.add(station),
    stir: (station) => {
      thin.delete(station);
      stirred.set(station, now());
      for (const [wakes, whose] of waiting) if (whose === station) wakes();
    },
    sleepy: (station, clock) => ({
      ...clock,
      wait: (delay, then) => {
        if (delay < pace) return clock.wait(delay, then);
        const due = clock.elapsed() + delay;
        let cancel: Cancel = () => undefined;
        const stop = (): void => {
          waiting.delete(wakes);
          cancel();
        };
        const once = (): void => {
          stop();
          then();
        };
        // Stays among those that wait: it is looked through while this goes on.
        const wakes = (): void => {
          cancel();
          cancel = clock.wait(ms(Math.max(0, due - clock.elapsed())), once);
        };
        waiting.set(wakes, station);
        const isStirred = now() - (stirred.get(station) ?? 0) < stirredFor;
        cancel = clock.wait(thin.has(station) ? thinLooks : isStirred ? delay : calmPace, once);
        return stop;
      },
    }),
    upkeep: (station) => {
      const it = kept.get(station) ?? {
        certificates: new Certificates(station.name, worldBegan),
        build: 1,
        zoneData: "new" as const,
        disk: "well" as const,
        daysLeft: null,
        dates: [],
      };
      kept.set(station, it);
      return it;
    },
    settings: (station) => ({
      get period() {
        return thin.has(station) ? thinPeriod : drillPeriod;
      },
      get looksEvery() {
        return thin.has(station) ? thinLooks : minutes(5);
      },
      ringFor,
      talkFor,
      sessions: [],
      station: buildOf(station),
    }),
    running: (station) => ({
      // A program that is replaced is started anew; zone data may be replaced under it.
      program: `0.${standing.upkeep(station).build}.0`,
      runtime: "Node of the model",
      get zoneData() {
        return standing.upkeep(station).zoneData === "new" ? "2026b" : "2024a";
      },
      setup: buildOf(station),
      versions: station.versions ?? { oldest: oldestProtocolVersion, newest: protocolVersion },
      // Rules of the year 2026 and those of two years before: the next change comes a week later there.
      zoneTimes: (zone, at) => {
        const late = standing.upkeep(station).zoneData === "old" ? days(7) : 0;
        return { zone, offset: 0, next: { at: after(nextSpring(at), late as Ms), offset: 60 } };
      },
      get dates() {
        return standing.upkeep(station).dates;
      },
    }),
  };
  const buildOf = (station: Station) => sha256Of(utf8(`build ${standing.upkeep(station).build}`));
  return standing;
}

/** The first of April after `at`, near enough to when clocks change. */
function nextSpring(at: Instant): Instant {
  const year = new Date(at).getUTCFullYear();
  const spring = Date.UTC(year, 3, 1);
  return (spring > at ? spring : Date.UTC(year + 1, 3, 1)) as Instant;
}
