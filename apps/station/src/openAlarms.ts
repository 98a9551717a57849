// A station's alarms over what its rooms say of themselves: what is looked at, the ways of the settings, and the other parties' lines.
import { createHash } from "node:crypto";
import { type Result, ok } from "@parley/base/result";
import { type Clock, minutes } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { encodeAlarm } from "@parley/protocol/peer/alarm";
import type { IdText } from "@parley/protocol/ids";
import type { Config } from "./config.ts";
import { type LineFacts, conditionsOf } from "./duty/alarms/conditions.ts";
import type { WayState } from "./duty/alarms/queue.ts";
import { type Inside, certainHome } from "./inside.ts";
import type { Joined } from "./joined.ts";
import { type AlarmsRun, runAlarms } from "./run/alarmsRun.ts";
import type { CheckShown } from "./run/checksRun.ts";
import { stoppedCode } from "./run/logFacts.ts";
import { openWays } from "./ways/ways.ts";

export type OpenAlarmsOptions = {
  readonly config: Config;
  readonly clock: Clock;
  readonly report: (error: ParleyError) => void;
  readonly inside: Inside;
  readonly joined: Pick<Joined, "calls" | "drills" | "people">;
  /** What the last check of a line found. */
  readonly findings: (link: IdText) => CheckShown["findings"];
  readonly onChange: () => void;
};

/** Reads what is kept; nothing is looked at before `start`. CONFIG_WRONG: a secret or a file that a way needs. */
export async function openAlarms(options: OpenAlarmsOptions): Promise<Result<AlarmsRun, ParleyError>> {
  const { config, clock, inside, joined } = options;
  const { store, writer, links, identity, log } = inside;
  const ways = openWays({
    config,
    clock,
    us: () => certainHome(identity).pin.card.name,
    themOf: (link) => identity.state().peers.get(links.of(link)?.party ?? "")?.card.name ?? "",
  });
  if (!ways.ok) return ways;

  const look = (states: readonly WayState[]) => {
    const drills = new Map(joined.drills?.run.shown().map((it) => [it.link, it]));
    const calls = joined.calls.state();
    const people = joined.people?.shown() ?? null;
    const lines = links.all().map(({ link }): LineFacts => {
      const stop = log.stopped(link);
      return {
        link,
        drills: drills.get(link) ?? null,
        findings: options.findings(link),
        stopped: stop === null ? null : { code: stoppedCode(stop), whose: stop.whose },
        missed: calls.links[link]?.missed ?? null,
        theirs: people?.lines.find((it) => it.link === link) ?? null,
      };
    });
    return conditionsOf({
      now: clock.now(),
      lines,
      ours: people?.ours ?? null,
      storage: writer.room().at,
      ways: states,
    });
  };

  return ok(
    await runAlarms({
      store,
      writer,
      clock,
      look,
      ways: ways.value,
      patience: minutes(config.alarms.unacknowledgedMinutes),
      nameOf: (words) => createHash("sha256").update(words).digest("base64url").slice(0, 22),
      tellParty: (tx, after, link, say) => {
        if (links.of(link) !== null) links.put(tx, after, link, payloadKinds.alarm, encodeAlarm(say));
      },
      onChange: options.onChange,
      report: options.report,
    }),
  );
}
