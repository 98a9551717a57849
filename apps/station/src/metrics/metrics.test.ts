import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import { readConfig } from "../config.ts";
import type { Station } from "../station.ts";
import { makeSites, pairStations, until } from "../testing.ts";
import { collect } from "./collect.ts";
import { writeMetrics } from "./openMetrics.ts";
import { metricNames, metricsTable, sampleName } from "./table.ts";

const deploy = join(import.meta.dirname, "..", "..", "..", "..", "deploy");
const rulesFile = join(deploy, "prometheus", "parley.rules.yml");
const rules = [...readFileSync(rulesFile, "utf8").matchAll(/^ +expr: (.+)$/gm)].map(
  ([, expression]) => expression ?? "",
);

const hasPromtool = spawnSync("promtool", ["--version"]).error === undefined;
if (!hasPromtool) console.log("not run: the rules are not tried by promtool (Debian package prometheus)");

/** Every query of the board, wherever it stands. */
function queries(value: unknown, key = ""): string[] {
  if (typeof value === "string") return key === "expr" || key === "query" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inside]) => queries(inside, name));
}
const board = queries(JSON.parse(readFileSync(join(deploy, "grafana", "parley.json"), "utf8"))).filter((query) =>
  query.includes("_"),
);

/** The metrics that an expression reads, each with the labels that it asks about. */
function reads(expression: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expression.matchAll(/\b((?:parley|process)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = "", inside = ""]) => ({
      name,
      labels: [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label ?? ""),
    }),
  );
}

type Scraped = { readonly name: string; readonly labels: readonly string[] };
const samplesOf = (text: string): readonly Scraped[] =>
  [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", inside = ""]) => ({
    name,
    labels: [...inside.matchAll(/(\w+)="/g)].map(([, label]) => label ?? ""),
  }));

/** What only a drill between two open browsers measures. */
const ofDrills = ["parley_drill_setup_seconds", "parley_drill_round_trip_seconds", "parley_drill_lost_ratio"];
const verdicts = ["parley_drill_last_timestamp_seconds", ...ofDrills];

const sites = makeSites();
const token = "a token for those who read";
let a: Station;
let b: Station;
let text: string;
let hook: ReturnType<typeof createServer>;
const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }, method = "GET") =>
  fetch(`http://127.0.0.1:${a.ports.metrics}${path}`, { headers, method });

beforeAll(async () => {
  hook = createServer((_request, response) => response.writeHead(204).end());
  await new Promise<void>((ready) => hook.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const secret = `whsec_${Buffer.alloc(32).toString("base64")}`;
  const [here, there] = [await sites.make('North "mark" \\ 1'), await sites.make("Estovar")];
  // A domain that has ended is a finding of each check, and an alarm.
  const dates = [{ what: "domain", ends: "2026-01-01" }];
  a = await here.start(undefined, { metrics: { port: 0, token }, alarms: { webhooks: [{ url, secret }] }, dates });
  b = await there.start(undefined, { metrics: { port: 0 } });
  await pairStations(a, b);
  await until("the link is up", () => a.links.all().every(({ link }) => a.links.reachable(link).up));
  await a.checks.round();
  await until("an alarm is there", () => a.alarms.shown().length > 0);
  await a.alarms.trial();
  const answer = await get("/metrics");
  expect(answer.headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  text = await answer.text();
}, 120_000);
afterAll(async () => {
  await a.close();
  await b.close();
  hook.close();
  sites.remove();
});

describe("metrics of a real station", () => {
  it("[AL12] every metric of the table is exported with its labels, and no other; what needs a drill has samples once there was one", () => {
    const scraped = samplesOf(text);
    const known = new Map(metricNames.map((name) => [sampleName(name), metricsTable[name].labels]));
    for (const { name, labels } of scraped) expect([name, labels]).toEqual([name, known.get(name)]);
    const seen = new Set(scraped.map(({ name }) => name));
    expect([...known.keys()].filter((name) => !seen.has(name))).toEqual(verdicts);
    const drilled = collect(
      { ...a, drills: { run: { shown: () => [drillOf(a)] } } },
      { started: instant(0), cpuSeconds: 1, memoryBytes: 1 },
      instant(1_800_000_000_000),
    );
    const after = new Set(samplesOf(writeMetrics(drilled)).map(({ name }) => name));
    expect(verdicts.filter((name) => !after.has(name))).toEqual([]);
  });

  it("[AL13] every metric that a rule or the board names is one of these, with the labels that it asks about", () => {
    expect([rules.length > 10, board.length > 20]).toEqual([true, true]);
    const known = new Map(metricNames.map((name) => [sampleName(name), metricsTable[name].labels]));
    for (const expression of [...rules, ...board]) {
      const used = reads(expression);
      // What is no metric of ours is Prometheus' own word of whether it was reached.
      if (used.length === 0) expect(expression).toBe('up{job="parley"} == 0');
      for (const { name, labels } of used) {
        expect([expression, known.has(name)]).toEqual([expression, true]);
        const others = labels.filter((label) => label !== "instance" && !known.get(name)?.includes(label));
        expect([expression, others]).toEqual([expression, []]);
      }
    }
    // And the board has room for every one that there is.
    const onBoard = new Set(board.flatMap(reads).map(({ name }) => name));
    expect([...known.keys()].filter((name) => !onBoard.has(name))).toEqual([]);
  });

  it("[AL13] what the sentences of rules name are labels of the metric that they are about", () => {
    const blocks = readFileSync(rulesFile, "utf8")
      .split(/^ +- alert: /m)
      .slice(1);
    expect(blocks.length).toBe(rules.length);
    for (const block of blocks) {
      const [name = ""] = reads(/expr: (.+)/.exec(block)?.[1] ?? "").map((read) => read.name);
      const labels = metricNames.find((one) => sampleName(one) === name);
      const known = ["instance", ...(labels === undefined ? [] : metricsTable[labels].labels)];
      const isJoin = block.includes("group_right");
      for (const [, label = ""] of block.matchAll(/\$labels\.(\w+)/g))
        expect([block, known.includes(label) || (isJoin && label === "line")]).toEqual([block, true]);
    }
  });

  it.skipIf(!hasPromtool)("[AL13] promtool finds nothing wrong with the rules", () => {
    const checked = spawnSync("promtool", ["check", "rules", rulesFile], { encoding: "utf8" });
    expect([checked.status, checked.stderr]).toEqual([0, ""]);
    expect(checked.stdout).toContain(`${rules.length} rules found`);
  });

  it("[AL12] people who did not answer and rooms that are not fit are one sample of each side's states", () => {
    const room = { at: "notReady", cause: "cameraBlack", since: 1 } as const;
    const [line] = a.links.all();
    const ours = { at: "notReady", since: 1, by: "", next: null, question: null, room } as const;
    const theirs = { link: line?.link ?? "", at: "ready", since: 1, room: null } as const;
    const samples = writeMetrics(
      collect(
        { ...a, people: { shown: () => ({ ours, lines: [theirs] }) } },
        { started: instant(0), cpuSeconds: 1, memoryBytes: 1 },
        instant(1_800_000_000_000),
      ),
    );
    const ofStates = samples.match(/^parley_(?:people|room)_state\{.*\} 1$/gm);
    expect(ofStates).toEqual([
      'parley_people_state{line="",whose="ours",state="notReady"} 1',
      'parley_people_state{line="Estovar",whose="theirs",state="ready"} 1',
      'parley_room_state{line="",whose="ours",state="notReady"} 1',
      'parley_room_state{line="Estovar",whose="theirs",state="untested"} 1',
    ]);
  });

  it("[AL12] is OpenMetrics: heads before samples, names escaped, one sample for each set of labels, and an end", () => {
    const lines = text.split("\n");
    expect(lines.slice(-2)).toEqual(["# EOF", ""]);
    for (const [at, line] of lines.entries()) {
      const [, name] = /^# TYPE (\S+) (?:gauge|counter|info)$/.exec(line) ?? [];
      if (name !== undefined) expect(lines[at + 1]).toMatch(new RegExp(`^# HELP ${name} `));
    }
    const keys = lines.filter((line) => !line.startsWith("#") && line !== "").map((line) => line.replace(/ \S+$/, ""));
    expect(keys.length).toBe(new Set(keys).size);
    expect(text).toContain('parley_line_up{line="Estovar"} 1');
    expect(writeMetrics(collect(b, { started: instant(0), cpuSeconds: 1, memoryBytes: 1 }, instant(0)))).toContain(
      'parley_line_up{line="North \\"mark\\" \\\\ 1"} 1',
    );
  });

  it("[AL12] the port answers /metrics alone, only to be read, and off this machine only to who shows the token", async () => {
    expect((await get("/metrics", {})).status).toBe(401);
    expect((await get("/metrics", { authorization: "Bearer another token, as long" })).status).toBe(401);
    expect((await get("/")).status).toBe(404);
    expect((await get("/metrics", undefined, "POST")).status).toBe(405);
    expect((await fetch(`http://127.0.0.1:${b.ports.metrics}/metrics`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${a.ports.web}/metrics`)).status).toBe(404);
    const settings = (metrics: object) => readConfig(JSON.stringify({ metrics }));
    expect(settings({ port: 9, host: "0.0.0.0" })).toMatchObject({
      ok: false,
      error: { code: "CONFIG_WRONG", detail: "metrics.token: needed where metrics.host is not this machine alone" },
    });
    expect(settings({ port: 9, host: "0.0.0.0", token }).ok).toBe(true);
    expect(settings({ port: 9, token: "short" }).ok).toBe(false);
  });
});

const drillOf = (station: Station): LineDrills => ({
  link: station.links.all()[0]?.link ?? "",
  verdict: {
    at: "ready",
    step: null,
    cause: null,
    whose: "both",
    when: 1_800_000_000_000,
    signedByBoth: true,
    setUp: 400,
    roundTrip: 20_000,
    lost: 100,
  },
  changed: null,
  stale: 1_900_000_000_000,
  running: false,
  ticks: ["passed"],
});
