// The arrows: which room may import which, each with its reason. What is not in the table is forbidden. Also the habits
// that hold the rooms pure: no clock, randomness or I/O where only data may go in and out.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = import.meta.dirname;

/** Rooms, longest path first where one lies in another. */
const rooms = [
  "packages/base",
  "packages/protocol",
  "packages/ledger",
  "packages/call",
  "packages/e2ee",
  "packages/drill",
  "apps/station/src/api",
  "apps/station/src/duty",
  "apps/station/src/run",
  "apps/station/src/store",
  "apps/station/src/peer",
  "apps/station/src/relay",
  "apps/station/src/keys",
  "apps/station",
  "apps/terminal/src/link",
  "apps/terminal/src/media",
  "apps/terminal/src/crypto",
  "apps/terminal/src/run",
  "apps/terminal/src/model",
  "apps/terminal/src/words",
  "apps/terminal/src/views",
  "apps/terminal/src/ui",
  "apps/terminal/src/preview",
  "apps/terminal",
  "apps/cli",
  "bench",
  "sim",
  "e2e",
  "scripts",
] as const;
type Room = (typeof rooms)[number];

const base: Room = "packages/base";
const protocol: Room = "packages/protocol";

/** From a room, to which others, and why. Tests and what they share may import any room: they try the real thing. */
const arrows: { readonly [R in Room]: Partial<Readonly<Record<Room, string>>> } = {
  "packages/base": {},
  "packages/protocol": { [base]: "every wire type is built of base's codec" },
  "packages/ledger": { [base]: "bytes and codec", [protocol]: "entries hold signed objects" },
  "packages/call": { [base]: "time", [protocol]: "error codes and ids" },
  "packages/e2ee": { [base]: "bytes, codec, time", [protocol]: "ids, limits, error codes" },
  "packages/drill": { [base]: "bytes, codec, time", [protocol]: "the report that both stations sign" },
  "apps/station/src/api": {
    [base]: "bytes and time",
    [protocol]: "what terminals say",
    "apps/station/src/duty": "turns what people do into commands",
  },
  "apps/station/src/duty": {
    [base]: "time",
    [protocol]: "signed objects and error codes",
    "packages/call": "the state machine of a line",
    "packages/ledger": "what an entry says",
    "packages/e2ee": "the generations of a link's secret",
    "packages/drill": "when to rehearse, and what follows from it",
  },
  "apps/station/src/run": {
    [base]: "bytes and time",
    [protocol]: "payloads",
    "packages/call": "what a line is",
    "packages/ledger": "appends what duties decide",
    "packages/e2ee": "the link's secret for a call",
    "packages/drill": "how often to look",
    "apps/station/src/duty": "asks duties, carries out what they answer",
    "apps/station/src/store": "one transaction for each decision",
    "apps/station/src/peer": "sends and takes envelopes",
    "apps/station/src/keys": "signs with the station key",
  },
  "apps/station/src/store": { [base]: "bytes", [protocol]: "ids and error codes" },
  "apps/station/src/peer": { [base]: "bytes and time", [protocol]: "envelopes and hellos" },
  "apps/station/src/relay": { [base]: "bytes and time", [protocol]: "error codes" },
  "apps/station/src/keys": {
    [base]: "bytes",
    [protocol]: "the signatures that keys make",
    "apps/station/src/peer": "a key's certificate, as connections between stations show it",
  },
  "apps/station": {
    [base]: "it is put together here",
    [protocol]: "it is put together here",
    "packages/call": "it is put together here",
    "packages/ledger": "it is put together here",
    "packages/drill": "it is put together here",
    "packages/e2ee": "it is put together here",
    "apps/station/src/api": "only station.ts knows all rooms",
    "apps/station/src/duty": "only station.ts knows all rooms",
    "apps/station/src/run": "only station.ts knows all rooms",
    "apps/station/src/store": "only station.ts knows all rooms",
    "apps/station/src/peer": "only station.ts knows all rooms",
    "apps/station/src/relay": "only station.ts knows all rooms",
    "apps/station/src/keys": "only station.ts knows all rooms",
  },
  "apps/terminal/src/link": { [base]: "time", [protocol]: "what the station says" },
  "apps/terminal/src/media": {
    [base]: "time",
    "packages/drill": "paints and reads the test card, sounds and hears the sweep",
  },
  "apps/terminal/src/crypto": {
    [base]: "bytes",
    [protocol]: "signals and chains",
    "packages/e2ee": "keys and frames",
  },
  "apps/terminal/src/run": {
    [base]: "time",
    [protocol]: "messages",
    "packages/call": "steps the same machine as the station",
    "packages/e2ee": "the names of worker messages",
    "packages/drill": "judges what a drill measured",
    "apps/terminal/src/link": "carries out what the machine says",
    "apps/terminal/src/media": "carries out what the machine says",
    "apps/terminal/src/crypto": "carries out what the machine says",
    "apps/terminal/src/model": "turns facts into a screen",
    "packages/ledger": "the auditor's page verifies a record with the very code of the command line",
  },
  "apps/terminal/src/model": {
    "packages/ledger": "what a verdict over a record says",
    [base]: "time",
    [protocol]: "what the station says",
    "packages/call": "the state of a line",
    "packages/drill": "the steps of a drill, and the calendar of its history",
    "apps/terminal/src/words": "screens speak in sayings",
  },
  "apps/terminal/src/words": { [base]: "time" },
  "apps/terminal/src/views": {
    "packages/ledger": "the type of a verdict",
    [base]: "time",
    "apps/terminal/src/model": "a view is a function of it",
    "apps/terminal/src/words": "sentences",
    "apps/terminal/src/ui": "the parts of a view",
  },
  "apps/terminal/src/ui": {
    [base]: "time",
    "apps/terminal/src/words": "sentences",
    "apps/terminal/src/model": "the shapes of states",
  },
  "apps/terminal/src/preview": {
    "packages/ledger": "made-up verdicts over records",
    "packages/drill": "made-up drills, summed up as a station does",
    [base]: "time",
    "apps/terminal/src/model": "fixtures of every state",
    "apps/terminal/src/words": "languages",
    "apps/terminal/src/views": "shows them",
    "apps/terminal/src/ui": "shows them",
  },
  "apps/terminal": {
    [base]: "it is put together here",
    [protocol]: "it is put together here",
    "apps/terminal/src/link": "it is put together here",
    "apps/terminal/src/media": "it is put together here",
    "apps/terminal/src/crypto": "it is put together here",
    "apps/terminal/src/run": "it is put together here",
    "apps/terminal/src/model": "it is put together here",
    "apps/terminal/src/words": "it is put together here",
    "apps/terminal/src/views": "it is put together here",
    "apps/terminal/src/ui": "it is put together here",
    "apps/terminal/src/preview": "it is put together here",
  },
  "apps/cli": {
    [base]: "bytes",
    [protocol]: "offers and errors",
    "packages/ledger": "verify",
    "apps/station": "runs it",
    "apps/station/src/store": "backup and restore",
    "apps/station/src/keys": "init",
    "apps/station/src/api": "the doctor reads the web certificate as the station does",
    "apps/station/src/relay": "the doctor tries the relay as a terminal would",
  },
  bench: {
    [base]: "measures it",
    [protocol]: "measures it",
    "packages/ledger": "measures it",
    "packages/call": "measures it",
    "packages/e2ee": "measures it",
    "apps/station": "measures it",
    "apps/station/src/peer": "measures it",
    "apps/station/src/store": "measures it",
    "apps/station/src/relay": "measures it",
    "apps/station/src/keys": "measures it",
    "apps/station/src/run": "measures it",
    "apps/terminal": "builds it",
    e2e: "drives browsers with the same harness",
  },
  sim: {
    [base]: "runs it",
    [protocol]: "runs it",
    "packages/ledger": "runs it",
    "packages/call": "runs it",
    "packages/e2ee": "runs it",
    "packages/drill": "what a drill makes of the model of media",
    "apps/station": "runs it",
    "apps/station/src/duty": "runs it",
    "apps/station/src/run": "runs it",
    "apps/station/src/store": "runs it",
    "apps/station/src/peer": "runs it",
    "apps/station/src/keys": "runs it",
  },
  e2e: {
    [base]: "tries it",
    [protocol]: "tries it",
    "packages/e2ee": "tries it",
    "packages/ledger": "tries it",
    "apps/station": "tries it",
    "apps/station/src/api": "serves pages under the policy that stations serve them under",
    "apps/station/src/relay": "tries it",
    "apps/station/src/peer": "tries it",
    "apps/station/src/store": "tries it",
    "apps/station/src/keys": "tries it",
    "apps/terminal": "tries it",
    "apps/terminal/src/preview": "tries every state",
    scripts: "builds and starts it",
  },
  scripts: {
    [protocol]: "says errors in the table's words",
    "packages/call": "draws its machine",
    "apps/station": "starts the demo",
    "apps/station/src/keys": "signs as the command line's officer",
    "apps/terminal": "builds it",
    "apps/cli": "starts it",
    e2e: "takes screenshots with the same harness",
    bench: "starts it",
    sim: "starts it",
  },
};

/** Rooms in which only data goes in and out. */
const pure: readonly string[] = [
  "packages/base",
  "packages/protocol",
  "packages/ledger",
  "packages/call",
  "packages/drill",
  "packages/e2ee/src/sframe",
  "packages/e2ee/src/frame",
  "packages/e2ee/src/proof",
  "packages/e2ee/src/mls",
  "apps/station/src/duty",
  "apps/terminal/src/model",
  "apps/terminal/src/words",
];

const impure =
  /\bDate\.now\(|new Date\(\)|Math\.random\(|\bsetTimeout\(|\bsetInterval\(|\bprocess\.|["']node:|performance\.now\(/;

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (["node_modules", "dist", "target", "coverage"].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

const roomOf = (path: string): Room | null =>
  rooms.find((room) => path === room || path.startsWith(`${room}/`)) ?? null;

const isTest = (path: string): boolean =>
  /\.(test|e2e|fixture)\.tsx?$|\/(testing|worldOfTwo|vectors|rfcSuites|contract|contractRandom)\b/.test(path);

const packages = ["base", "protocol", "ledger", "call", "e2ee", "drill"];

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

function imports(file: string): Import[] {
  const from = relative(root, file);
  const found: Import[] = [];
  for (const match of readFileSync(file, "utf8").matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|import\("([^"]+)"\)/g,
  )) {
    const name = match[1] ?? match[2] ?? "";
    const typeOnly = /^\s*(?:import|export)\s+type\b/.test(match[0]);
    if (name.startsWith(".")) found.push({ from, to: relative(root, resolve(dirname(file), name)), typeOnly });
    const workspace = /^@parley\/(\w+)\/(.+)$/.exec(name);
    if (workspace !== null) {
      const [room = "", path = ""] = workspace.slice(1);
      if (["bench", "sim", "e2e"].includes(room)) found.push({ from, to: `${room}/${path}`, typeOnly });
      else found.push({ from, to: `${packages.includes(room) ? "packages" : "apps"}/${room}/src/${path}`, typeOnly });
    }
  }
  return found;
}

const files = ["packages", "apps", "bench", "sim", "e2e", "scripts"].flatMap((folder) => [
  ...sources(join(root, folder)),
]);

describe("arrows", () => {
  it("every import stays in its room or follows an arrow of the table", () => {
    const against = files.flatMap(imports).filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      if (isTest(from)) return b === null;
      if (a === null || b === null) return true;
      return a !== b && arrows[a][b] === undefined;
    });
    expect(files.length).toBeGreaterThan(50);
    expect(against).toEqual([]);
  });

  it("duties do not know each other", () => {
    const duty = /^apps\/station\/src\/duty\/(\w+?)(?:\/|\.)/;
    const against = files.flatMap(imports).filter(({ from, to }) => {
      const [a, b] = [duty.exec(from)?.[1], duty.exec(to)?.[1]];
      return a !== undefined && b !== undefined && a !== b && !isTest(from);
    });
    expect(against).toEqual([]);
  });

  it("no module needs itself by way of others; types alone are not needed at run time", () => {
    const edges = new Map<string, string[]>();
    for (const file of files)
      edges.set(
        relative(root, file),
        imports(file)
          .filter(({ typeOnly }) => !typeOnly)
          .map(({ to }) => (/\.tsx?$/.test(to) ? to : `${to}.ts`)),
      );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (node: string, path: readonly string[]): void => {
      const at = path.indexOf(node);
      if (at >= 0) cycles.push([...path.slice(at), node].join(" -> "));
      if (at >= 0 || done.has(node)) return;
      for (const next of edges.get(node) ?? []) visit(next, [...path, node]);
      done.add(node);
    };
    for (const node of edges.keys()) visit(node, []);
    expect(cycles).toEqual([]);
  });

  it("pure rooms have no clock, no randomness and no I/O", () => {
    const against = files
      .map((file) => relative(root, file))
      .filter((path) => pure.some((room) => path.startsWith(`${room}/`)) && !isTest(path))
      .flatMap((path) =>
        readFileSync(join(root, path), "utf8")
          .split("\n")
          .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line) && impure.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      );
    expect(against).toEqual([]);
  });

  it("nothing is called Manager, Helper, Utils, Service or Handler", () => {
    expect(
      files
        .map((file) => relative(root, file))
        .filter((path) => /(Manager|Helper|Utils?|Service|Handler)s?\.tsx?$/i.test(path)),
    ).toEqual([]);
  });
});
