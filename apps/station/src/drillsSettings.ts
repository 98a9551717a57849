// How a station's settings say that its lines are rehearsed, and what it runs, by which both sides know that it has changed since.
import { hex } from "@parley/base/bytes";
import { minutes, ms } from "@parley/base/time";
import type { Config } from "./config.ts";
import { dayMinuteOf } from "@parley/drill/hours";
import { setupOf } from "./probes/setup.ts";
import type { DrillsSettings } from "./run/drillsRun.ts";
import type { PeopleSettings } from "./run/peopleRun.ts";
import type { SelfTestsSettings } from "./run/selfTestsRun.ts";

/** `manifest`: the hash of the terminals' code. */
export const drillsSettings = (config: Config, manifest: Uint8Array): DrillsSettings => {
  const { everyMinutes, ringSeconds, talkSeconds } = config.drills;
  const bounds = ([from, to]: readonly [number, number]) => [Math.round(from * 1000), Math.round(to * 1000)] as const;
  return {
    period: ms(Math.round(minutes(1) * everyMinutes)),
    looksEvery: minutes(1),
    ringFor: bounds(ringSeconds),
    talkFor: bounds(talkSeconds),
    sessions: config.turn.use === "none" ? ["reload"] : ["relay", "reload"],
    station: setupOf(config, hex(manifest)),
  };
};

/** When officers are asked; the schema has refused what is no time of day. */
export const peopleSettings = ({ people }: Config): PeopleSettings => ({
  askAt: people.askAt.flatMap((text) => dayMinuteOf(text) ?? []),
  within: ms(Math.round(minutes(1) * people.withinMinutes)),
});

/** When terminals test their own rooms. */
export const selfTestsSettings = ({ selfTest }: Config): SelfTestsSettings => ({
  at: selfTest.at.flatMap((text) => dayMinuteOf(text) ?? []),
  kiosk: selfTest.kiosk ? "kiosk" : "window",
});
