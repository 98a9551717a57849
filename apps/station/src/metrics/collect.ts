// What a station's metrics are at this moment, from what its rooms say of themselves. Nothing is counted for metrics alone.
import type { Instant } from "@parley/base/time";
import { openCall } from "@parley/call/state";
import { standsOf } from "@parley/drill/horizon";
import type { IdText } from "@parley/protocol/ids";
import { protocolVersion } from "@parley/protocol/versions";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import { program, runtime } from "../probes/setup.ts";
import type { DrillsRun } from "../run/drillsRun.ts";
import type { PeopleRun } from "../run/peopleRun.ts";
import type { Station } from "../station.ts";
import type { Sample, Samples } from "./openMetrics.ts";

export type Measured = Pick<
  Station,
  "links" | "identity" | "calls" | "checks" | "alarms" | "log" | "store" | "writer" | "terminals"
> & {
  readonly drills: { readonly run: Pick<DrillsRun, "shown"> } | null;
  readonly people: Pick<PeopleRun, "shown"> | null;
};

/** Of the process that the station runs in. */
export type Process = { readonly started: Instant; readonly cpuSeconds: number; readonly memoryBytes: number };

const one = (value: number | null, labels: Sample["labels"] = {}): Sample => ({ labels, value });
const flag = (is: boolean, labels: Sample["labels"] = {}): Sample => one(is ? 1 : 0, labels);
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
const count = <T>(all: readonly T[], is: (it: T) => boolean): number => all.filter(is).length;

/** As a line is shown ([VW1]): ready only while it is proven. */
function stateOf(drills: LineDrills | null, now: Instant): "ready" | "degraded" | "notReady" | "unproven" {
  if (drills === null || drills.verdict === null || drills.changed !== null || now > drills.stale) return "unproven";
  return drills.verdict.at;
}

const outcomes = ["passed", "degraded", "failed", "missed"] as const;
const states = ["ready", "degraded", "notReady", "unproven"] as const;
const peopleStates = ["unasked", "ready", "notReady", "silent"] as const;
const roomStates = ["ready", "degraded", "notReady", "untested"] as const;

export function collect(station: Measured, process: Process, now: Instant): Samples {
  const { links, identity, log, store } = station;
  const nameOf = (link: IdText): string => {
    const party = links.of(link)?.party ?? "";
    return identity.state().peers.get(party)?.card.name ?? party;
  };
  const drills = station.drills?.run.shown() ?? [];
  const standings = log.standings();
  const checks = station.checks.shown();
  const alarms = station.alarms.shown();
  const ways = station.alarms.ways();
  const desks = station.terminals.desks();
  const lines = links.all().map(({ link }) => {
    const line = nameOf(link);
    const drill = drills.find((it) => it.link === link) ?? null;
    return { link, line, drill, verdict: drill?.verdict ?? null, check: checks.find((it) => it.link === link) };
  });
  type Line = (typeof lines)[number];
  const ofLines = (of: (line: Line) => Sample | readonly Sample[]): readonly Sample[] => lines.flatMap(of);
  const people = station.people?.shown() ?? null;
  const sides = [
    { line: "", whose: "ours", of: people?.ours ?? null },
    ...lines.map(({ link, line }) => {
      return { line, whose: "theirs", of: people?.lines.find((it) => it.link === link) ?? null };
    }),
  ];
  const inUse = (link: IdText): boolean => {
    const line = station.calls.state().links[link]?.line;
    return line !== undefined && openCall(line) !== null;
  };
  return {
    parley_build: [one(1, { program, runtime, protocol: String(protocolVersion) })],
    parley_start_time_seconds: [one(process.started / 1000)],
    parley_terminals: [
      one(
        count(desks, ({ online }) => online),
        { state: "online" },
      ),
      one(
        count(desks, ({ online }) => !online),
        { state: "offline" },
      ),
    ],
    parley_storage_full: [flag(station.writer.room().at === "full")],
    parley_line_up: ofLines(({ link, line }) => flag(links.reachable(link).up, { line })),
    parley_line_state: ofLines(({ line, drill }) =>
      states.map((state) => flag(stateOf(drill, now) === state, { line, state })),
    ),
    parley_line_stopped: ofLines(({ link, line }) => flag(log.stopped(link) !== null, { line })),
    parley_line_in_use: ofLines(({ link, line }) => flag(inUse(link), { line })),
    parley_line_secrets: ofLines(({ link, line }) => one(links.generations(link).length, { line })),
    parley_people_state: sides.flatMap(({ line, whose, of }) =>
      peopleStates.map((state) => flag((of?.at ?? "unasked") === state, { line, whose, state })),
    ),
    parley_room_state: sides.flatMap(({ line, whose, of }) =>
      roomStates.map((state) => flag((of?.room?.at ?? "untested") === state, { line, whose, state })),
    ),
    parley_drill_last_timestamp_seconds: ofLines(({ line, verdict }) => one(seconds(verdict?.when ?? null), { line })),
    parley_drill_setup_seconds: ofLines(({ line, verdict }) => one(seconds(verdict?.setUp ?? null), { line })),
    // Microseconds and ten-thousandths in the report.
    parley_drill_round_trip_seconds: ofLines(({ line, verdict }) =>
      one(verdict === null || verdict.roundTrip === null ? null : verdict.roundTrip / 1_000_000, { line }),
    ),
    parley_drill_lost_ratio: ofLines(({ line, verdict }) =>
      one(verdict === null || verdict.lost === null ? null : verdict.lost / 10_000, { line }),
    ),
    parley_drills_recent: ofLines(({ line, drill }) =>
      outcomes.map((outcome) =>
        one(
          count(drill?.ticks ?? [], (tick) => tick === outcome),
          { line, outcome },
        ),
      ),
    ),
    parley_check_last_timestamp_seconds: ofLines(({ line, check }) => one(seconds(check?.at ?? null), { line })),
    parley_check_finding: ofLines(({ line, check }) => {
      const found = Map.groupBy(check?.findings ?? [], ({ code, whose, level }) => `${code} ${whose} ${level}`);
      return [...found.values()].flatMap((same) => {
        const [first] = same;
        if (first === undefined) return [];
        const { code, whose, level } = first;
        return [one(same.length, { line, code, whose, level })];
      });
    }),
    parley_clock_offset_seconds: ofLines(({ line, check }) => one(seconds(check?.time?.offset ?? null), { line })),
    parley_clock_uncertainty_seconds: ofLines(({ line, check }) =>
      one(seconds(check?.time?.uncertainty ?? null), { line }),
    ),
    parley_horizon_timestamp_seconds: ofLines(({ line, check }) => {
      const horizon = check?.horizon ?? null;
      return horizon === null ? [] : [one(horizon.ends / 1000, { line, what: horizon.what, whose: horizon.whose })];
    }),
    parley_dated_end_timestamp_seconds: ofLines(({ line, check }) => {
      // Two of one kind may have no name of their own; the sooner one counts.
      const known = new Map<string, Sample>();
      for (const item of (check?.dated ?? []).toReversed()) {
        const { what, name, whose } = item;
        const labels = { line, what, name, whose, stands: standsOf(item, now) };
        known.set(JSON.stringify(labels), one(item.ends / 1000, labels));
      }
      return [...known.values()];
    }),
    parley_alarms: ([1, 2, 3] as const).flatMap((rank) =>
      (["open", "acknowledged", "shelved"] as const).map((state) =>
        one(
          count(alarms, (it) => it.rank === rank && it.standing.at === state),
          { priority: String(rank), state },
        ),
      ),
    ),
    parley_alarm_since_timestamp_seconds: [
      ...Map.groupBy(
        alarms.filter(({ standing }) => standing.at === "open"),
        ({ kind, link, whose, rank }) => `${kind} ${link ?? ""} ${whose} ${rank}`,
      ).values(),
    ].flatMap((same) => {
      const oldest = same.toSorted((a, b) => a.since - b.since)[0];
      if (oldest === undefined) return [];
      const { kind, link, whose, rank, since } = oldest;
      return [one(since / 1000, { kind, line: link === null ? "" : nameOf(link), whose, priority: String(rank) })];
    }),
    parley_alarm_deliveries: ways.flatMap(({ way, delivered, failed, givenUp }) => [
      one(delivered, { way, outcome: "delivered" }),
      one(failed, { way, outcome: "failed" }),
      one(givenUp, { way, outcome: "givenUp" }),
    ]),
    parley_alarm_deliveries_waiting: ways.map(({ way, waiting }) => one(waiting, { way })),
    parley_alarm_way_failing: ways.map(({ way, failing }) => flag(failing !== null, { way })),
    parley_ledger_entries: [one(store.nextIndex())],
    parley_ledger_signed_entries: [one(log.signedSize())],
    parley_ledger_cosigned_entries: ofLines(({ link, line }) =>
      one(standings.find((it) => it.link === link)?.theyCosigned ?? 0, { line }),
    ),
    process_cpu_seconds: [one(process.cpuSeconds)],
    process_resident_memory_bytes: [one(process.memoryBytes)],
  };
}
