// Every metric that a station exports ([AL12] of docs/spec/alarm.md): docs/METRICS.md is made from this table, alert rules and board are
// held against it, and what is collected is typed by it. Names and labels are never used again for another meaning.

type Metric = {
  readonly type: "gauge" | "counter" | "info";
  readonly help: string;
  readonly labels: readonly string[];
};

const table = {
  parley_build: { type: "info", labels: ["program", "runtime", "protocol"], help: "What runs here." },
  parley_start_time_seconds: { type: "gauge", labels: [], help: "When the station started." },
  parley_terminals: { type: "gauge", labels: ["state"], help: "Terminals of ours, online or offline." },
  parley_storage_full: { type: "gauge", labels: [], help: "1 while the disk takes nothing." },
  parley_line_up: { type: "gauge", labels: ["line"], help: "1 while the two stations are linked." },
  parley_line_state: {
    type: "gauge",
    labels: ["line", "state"],
    help: "1 for the state that the line is in by its newest drill: ready, degraded, notReady or unproven.",
  },
  parley_line_stopped: { type: "gauge", labels: ["line"], help: "1 where a record stops the line." },
  parley_line_in_use: { type: "gauge", labels: ["line"], help: "1 while people use it." },
  parley_line_secrets: { type: "gauge", labels: ["line"], help: "Generations of its secret that may be used." },
  parley_people_state: {
    type: "gauge",
    labels: ["line", "whose", "state"],
    help: "1 for how people stand when asked whether one is here: unasked, ready, notReady or silent; ours are of no line.",
  },
  parley_room_state: {
    type: "gauge",
    labels: ["line", "whose", "state"],
    help: "1 for how the best room of a side stands by its own test: ready, degraded, notReady or untested; ours are of no line.",
  },
  parley_drill_last_timestamp_seconds: { type: "gauge", labels: ["line"], help: "When the newest verdict was made." },
  parley_drill_setup_seconds: { type: "gauge", labels: ["line"], help: "From answer to sight in the newest drill." },
  parley_drill_round_trip_seconds: { type: "gauge", labels: ["line"], help: "Round trip in the newest drill." },
  parley_drill_lost_ratio: { type: "gauge", labels: ["line"], help: "Packets lost in the newest drill." },
  parley_drills_recent: {
    type: "gauge",
    labels: ["line", "outcome"],
    help: "Of the last 48 drills, those that passed, degraded, failed or were missed.",
  },
  parley_check_last_timestamp_seconds: { type: "gauge", labels: ["line"], help: "When the line was last checked." },
  parley_check_finding: {
    type: "gauge",
    labels: ["line", "code", "whose", "level"],
    help: "What the last check found: how often, by code of docs/ERRORS.md.",
  },
  parley_clock_offset_seconds: { type: "gauge", labels: ["line"], help: "How far their clock is ahead of ours." },
  parley_clock_uncertainty_seconds: { type: "gauge", labels: ["line"], help: "By how much that may be wrong." },
  parley_horizon_timestamp_seconds: {
    type: "gauge",
    labels: ["line", "what", "whose"],
    help: "The first date on which anything on the line will fail.",
  },
  parley_dated_end_timestamp_seconds: {
    type: "gauge",
    labels: ["line", "what", "name", "whose", "stands"],
    help: "Everything on the line that has a date; stands is renews, good, soon, overdue or ended.",
  },
  parley_alarms: { type: "gauge", labels: ["priority", "state"], help: "Alarms, open, acknowledged or shelved." },
  parley_alarm_since_timestamp_seconds: {
    type: "gauge",
    labels: ["kind", "line", "whose", "priority"],
    help: "Since when an open alarm of that kind is.",
  },
  parley_alarm_deliveries: {
    type: "counter",
    labels: ["way", "outcome"],
    help: "Deliveries that got through, tries that failed, and what was given up, over all starts.",
  },
  parley_alarm_deliveries_waiting: { type: "gauge", labels: ["way"], help: "Deliveries that wait for their way." },
  parley_alarm_way_failing: { type: "gauge", labels: ["way"], help: "1 where the last try of that way failed." },
  parley_ledger_entries: { type: "gauge", labels: [], help: "Entries of the record." },
  parley_ledger_signed_entries: { type: "gauge", labels: [], help: "Of them, under our newest checkpoint." },
  parley_ledger_cosigned_entries: { type: "gauge", labels: ["line"], help: "Of them, cosigned by that party." },
  process_cpu_seconds: { type: "counter", labels: [], help: "Processor time of the station." },
  process_resident_memory_bytes: { type: "gauge", labels: [], help: "Memory that the station holds." },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof table;
export const metricsTable: Readonly<Record<MetricName, Metric>> = table;
export const metricNames = Object.keys(table) as readonly MetricName[];

/** The name by which a sample of it is read: counters and infos have a suffix (OpenMetrics 1.0, "MetricFamily"). */
export const sampleName = (name: MetricName): string => `${name}${suffixes[metricsTable[name].type]}`;
const suffixes = { gauge: "", counter: "_total", info: "_info" } as const;

/** docs/METRICS.md. */
export function metricsPage(): string {
  const rows = metricNames.map((name) => {
    const { type, labels, help } = metricsTable[name];
    return `| ${sampleName(name)} | ${type} | ${labels.join(", ")} | ${help} |`;
  });
  return [
    "# Metrics",
    "",
    "Made from `apps/station/src/metrics/table.ts` by `npm run docs`. A station exports them as OpenMetrics text at `/metrics` on `metrics.port`, which is closed unless set.",
    "`line` is the other party's name; times are seconds since 1970. What a station does not know has no sample.",
    "",
    "| metric | type | labels | what it says |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
