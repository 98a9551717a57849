// Two parties on this machine, each with its own station, name, ports and data folder: made, started and paired as two
// organisations would be, only that one person is both. Used by the demo and by whole-call tests.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { initParty } from "../apps/cli/src/commands/init.ts";
import { logKey } from "../apps/cli/src/commands/logKey.ts";
import { askStation } from "../apps/station/src/adminClient.ts";
import { type OfficerKey, openOfficerKey } from "../apps/station/src/keys/officerKey.ts";
import { officerFile } from "../apps/station/src/files.ts";
import { errorTable } from "../packages/protocol/src/errorCodes.ts";

export type PartyPlan = {
  readonly name: string;
  readonly place: string;
  readonly zone: string;
  /** The party's own web name; browsers resolve *.localhost to this machine and trust it without a certificate. */
  readonly host: string;
  /** The first of its ports: web, then peers, then relay. */
  readonly port: number;
  /** Where the station runs: loopback unless a network of a test's own is given. */
  readonly at?: {
    readonly address: string;
    readonly command: (command: string, args: readonly string[]) => [string, string[]];
  };
  readonly settings?: {
    readonly web?: Record<string, unknown>;
    readonly peer?: Record<string, unknown>;
    readonly call?: Record<string, unknown>;
    readonly turn?: Record<string, unknown>;
    readonly drills?: Record<string, unknown>;
    readonly alarms?: Record<string, unknown>;
    readonly metrics?: Record<string, unknown>;
    readonly people?: Record<string, unknown>;
    readonly selfTest?: Record<string, unknown>;
  };
};

export const northmark: PartyPlan = {
  name: "Northmark",
  place: "Northmark",
  zone: "America/New_York",
  host: "northmark.localhost",
  port: 4430,
};
export const estovar: PartyPlan = {
  name: "Estovar",
  place: "Estovar",
  zone: "Europe/Istanbul",
  host: "estovar.localhost",
  port: 4440,
};

export type RunningParty = {
  readonly plan: PartyPlan;
  readonly dataDir: string;
  readonly origin: string;
  readonly officer: OfficerKey;
  readonly ask: <T>(command: Parameters<typeof askStation>[1]) => Promise<T>;
  readonly process: () => ChildProcess;
  /** Ends the station's process and resolves when it has ended. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
  readonly start: () => Promise<void>;
};

const root = join(import.meta.dirname, "..");

/** Throws an Error with a sentence for the person at the keyboard. Once `quit` is aborted, a station that starts is ended and none is. */
export async function startParty(
  plan: PartyPlan,
  folder: string,
  quit: AbortSignal = new AbortController().signal,
): Promise<RunningParty> {
  quit.throwIfAborted();
  const dataDir = join(folder, plan.name.toLowerCase());
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const origin = `http://${plan.host}:${plan.port}`;
  const passphraseFile = join(dataDir, "passphrase");
  if (!existsSync(join(dataDir, officerFile))) {
    writeFileSync(join(dataDir, "parley.json"), `${JSON.stringify(settingsOf(plan, origin), null, 2)}\n`);
    writeFileSync(passphraseFile, randomBytes(18).toString("base64url"), { mode: 0o600 });
    const founded = await initParty(dataDir, plan.name, plan.place, plan.zone, readFileSync(passphraseFile, "utf8"));
    if (!founded.ok)
      throw new Error(
        `${errorTable[founded.error.code].say} ${errorTable[founded.error.code].cure} (${founded.error.detail})`,
      );
  }
  // A party that an older version made: its record's keys are certified now, since its root is at hand here.
  const certified = await logKey({
    value: (option) => (option === "passphrase-file" ? passphraseFile : null),
    values: () => [],
    has: () => false,
    words: [],
    data: dataDir,
    json: false,
  });
  if (!certified.ok && certified.error.code !== "STATION_RUNNING") throw new Error(certified.error.code);
  const opened = openOfficerKey(readFileSync(join(dataDir, officerFile)), {
    by: "passphrase",
    passphrase: readFileSync(passphraseFile, "utf8"),
  });
  if (!opened.ok) throw new Error(errorTable[opened.error.code].say);
  const officer = opened.value;

  const ask = async <T>(command: Parameters<typeof askStation>[1]): Promise<T> => {
    const answer = await askStation(dataDir, command, officer);
    if (answer.ok) return answer.value as T;
    throw new Error(
      `${plan.name}: ${errorTable[answer.error.code as keyof typeof errorTable]?.say ?? answer.error.code} (${answer.error.detail})`,
    );
  };

  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const log: string[] = [];
    const args = [join(root, "scripts", "parley.ts"), "station", "--data", dataDir];
    const [command, all] = plan.at?.command(process.execPath, args) ?? [process.execPath, args];
    quit.throwIfAborted();
    const started = spawn(command, all, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    child = started;
    started.stderr.on("data", (chunk: Buffer) => {
      log.push(chunk.toString());
      if (process.env["PARLEY_LOG"] !== undefined) process.stderr.write(`[${plan.name}] ${chunk.toString()}`);
      if (log.length > 200) log.shift();
    });
    for (let tries = 0; tries < 600; tries++) {
      if (quit.aborted) await end(started);
      quit.throwIfAborted();
      if (started.exitCode !== null) throw new Error(`${plan.name}'s station did not start:\n${log.join("")}`);
      const answer = await askStation(dataDir, { do: "status" });
      if (answer.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${plan.name}'s station does not answer:\n${log.join("")}`);
  };
  await start();
  return {
    plan,
    dataDir,
    origin,
    officer,
    ask,
    start,
    process: () => {
      if (child === null) throw new Error("not started");
      return child;
    },
    stop: async (signal) => {
      if (child !== null) await end(child, signal);
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

function settingsOf({ port, settings, at }: PartyPlan, origin: string): object {
  const host = at?.address ?? "127.0.0.1";
  return {
    web: { origin, host, port, ...(at === undefined ? {} : { plainHttp: "closedNetwork" }), ...settings?.web },
    peer: { host, port: port + 1, addresses: [`${host}:${port + 1}`], ...settings?.peer },
    turn: {
      host,
      publicAddress: host,
      udpPort: port + 2,
      tcpPort: port + 2,
      allowPeers: ["127.0.0.0/8", "10.0.0.0/8"],
      ...settings?.turn,
    },
    call: { ...settings?.call },
    // A drill that comes by itself would be in the way of a test that is not about drills.
    drills: { use: "off", ...settings?.drills },
    ...(settings?.alarms === undefined ? {} : { alarms: settings.alarms }),
    ...(settings?.metrics === undefined ? {} : { metrics: settings.metrics }),
    people: { ...settings?.people },
    selfTest: { ...settings?.selfTest },
    log: "warn",
  };
}

type PairingRow = {
  readonly at: string;
  readonly offer: string;
  readonly words: readonly string[] | null;
  readonly why: string | null;
};

/** Pairs two running parties by the ceremony that two organisations go through, and returns the four words that both showed. */
export async function pairParties(a: RunningParty, b: RunningParty): Promise<readonly string[]> {
  const { text, offer } = await a.ask<{ text: string; offer: string }>({ do: "offer" });
  await b.ask({ do: "import", text });
  const wordsOf = async (party: RunningParty): Promise<readonly string[]> => {
    for (let tries = 0; tries < 200; tries++) {
      const rows = await party.ask<PairingRow[]>({ do: "pairings" });
      const row = rows.find((it) => it.offer === offer);
      if (row?.at === "ended") throw new Error(`The pairing ended: ${row.why ?? ""}`);
      if (row !== undefined && row.words !== null) return row.words;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("The two stations did not finish their exchange.");
  };
  const [ours, theirs] = [await wordsOf(a), await wordsOf(b)];
  if (ours.join(" ") !== theirs.join(" ")) throw new Error("The words differ: somebody sits between the two stations.");
  await a.ask({ do: "match", offer });
  await b.ask({ do: "match", offer });
  for (let tries = 0; tries < 200; tries++) {
    const [one, two] = await Promise.all([linksOf(a), linksOf(b)]);
    if (one.some(({ reachable }) => reachable.up) && two.some(({ reachable }) => reachable.up)) return ours;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Paired, but the stations do not reach each other.");
}

export type LinkRow = {
  readonly link: string;
  readonly party: string;
  readonly reachable: { readonly up: boolean };
  readonly line: string;
};

export const linksOf = async (party: RunningParty): Promise<readonly LinkRow[]> =>
  (await party.ask<{ links: LinkRow[] }>({ do: "status" })).links;
