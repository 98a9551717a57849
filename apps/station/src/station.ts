// A whole station: the inside over this machine's disk, keys and network, joined to the terminals' port and the relay.
// `parley station` and the demo start it; nothing in here waits for a person.
import { join } from "node:path";
import { equal, fromHex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import type { Clock } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { turnSecretFile } from "./files.ts";
import type { IdText } from "@parley/protocol/ids";
import type { Versions } from "@parley/protocol/peer/hello";
import { oldestProtocolVersion, protocolVersion } from "@parley/protocol/versions";
import type { Config } from "./config.ts";
import { type Inside, type InsideOptions, type Late, certainHome, nothingYet, openInside } from "./inside.ts";
import { type Joined, joinPeers } from "./joined.ts";
import { ed25519Of, nodeSha256, nodeVerify } from "./keys/hybrid.ts";
import { type KeyFolder, Ring, openKeyFolder } from "./keys/ring.ts";
import { nodeKem } from "./keys/xwing.ts";
import { verifiedBy } from "./peer/tlsIdentity.ts";
import { tlsNet } from "./peer/tlsNet.ts";
import { openCertificate } from "./api/certificate.ts";
import { checkLines, pinOn } from "./checks/lines.ts";
import { openLooks, runningOf } from "./checks/open.ts";
import { reachFrom } from "./reach.ts";
import { type RelayRun, startRelay } from "./relayRun.ts";
import { drillsSettings, peopleSettings, selfTestsSettings } from "./drillsSettings.ts";
import type { Rehearser } from "./rehearser/rehearser.ts";
import { startRehearser } from "./rehearser/start.ts";
import { openStore } from "./openStore.ts";
import { ownProcess } from "./probes/process.ts";
import { setupOf } from "./probes/setup.ts";
import { collect } from "./metrics/collect.ts";
import { listenForMetrics } from "./metrics/listen.ts";
import { writeMetrics } from "./metrics/openMetrics.ts";
import { openAlarms } from "./openAlarms.ts";
import type { AlarmsRun } from "./run/alarmsRun.ts";
import { readingLedger } from "./run/replay.ts";
import { runSelfTests } from "./run/selfTestsRun.ts";
import type { ChecksRun } from "./run/checksRun.ts";
import { type Terminals, openTerminals } from "./terminals.ts";

export type StationOptions = {
  readonly dataDir: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** The folder of the built terminal, and the hash of its manifest in hex. */
  readonly served: { readonly files: string; readonly manifest: string };
  /** $CREDENTIALS_DIRECTORY, or undefined. */
  readonly credentials: string | undefined;
  readonly report: (error: ParleyError) => void;
  /** Storage has failed: the process is to end, and to begin again from the disk. */
  readonly onFault: (error: ParleyError) => void;
  /** See InsideOptions. */
  readonly versions?: Versions;
};

/** The inside of a station on this machine before it listens. */
export type Opened = Inside & {
  readonly folder: KeyFolder;
  readonly keys: Ring;
  readonly close: () => Promise<void>;
};

export type Station = Opened &
  Pick<Joined, "calls" | "drills" | "people" | "peers" | "recordOf" | "probes"> & {
    readonly terminals: Terminals;
    readonly checks: ChecksRun;
    readonly alarms: AlarmsRun;
    readonly relay: RelayRun;
    /** The browser that it starts while no desk is open; null where its settings want none. */
    readonly rehearser: Rehearser | null;
    /** `metrics`: null where nobody may read them. */
    readonly ports: { readonly web: number; readonly peer: number; readonly metrics: number | null };
  };

/** Opens what lies in the data folder; enough for `parley init`. */
export async function openStation(options: StationOptions): Promise<Result<Opened, ParleyError>> {
  const opened = await openOnDisk(options, nothingYet());
  return opened.ok ? ok(opened.value.inside) : opened;
}

async function openOnDisk(
  options: StationOptions,
  late: Late,
): Promise<Result<{ readonly inside: Opened; readonly given: InsideOptions }, ParleyError>> {
  const { dataDir, config, clock, random, report, onFault } = options;
  const opened = await openStore(dataDir, config.database);
  if (!opened.ok) return opened;
  const store = opened.value;
  const folder = openKeyFolder(dataDir, options.credentials, random);
  if (!folder.ok) {
    await store.close();
    return folder;
  }
  const keys = new Ring(folder.value.files, folder.value.sealingKey, random);
  const manifest = fromHex(options.served.manifest) ?? new Uint8Array(0);
  const given: InsideOptions = {
    store,
    keys,
    cryptography: { verify: nodeVerify, verifiedBy, kem: nodeKem, ed25519Of, sha: nodeSha256 },
    clock,
    random,
    served: (shown) => equal(shown, manifest),
    report,
    onFault,
    reach: reachFrom(clock, random),
    ...(config.drills.use === "on" ? { drills: drillsSettings(config, manifest) } : {}),
    people: peopleSettings(config),
    ...(options.versions === undefined ? {} : { versions: options.versions }),
  };
  const inside = await readingLedger(openInside(given, late));
  if (!inside.ok) {
    await store.close();
    return store.origin() === "restored" ? fail(problem("STORE_RESTORED", inside.error.code)) : inside;
  }
  return ok({ inside: { ...inside.value, folder: folder.value, keys, close: () => store.close() }, given });
}

/** Starts a station that `parley init` has set up. ID_NOT_SET_UP, and whatever its ports and its disk refuse. */
export async function startStation(options: StationOptions): Promise<Result<Station, ParleyError>> {
  const { config, clock } = options;
  const late = nothingYet();
  const opened = await openOnDisk(options, late);
  if (!opened.ok) return opened;
  const { inside, given } = opened.value;
  const { store, identity, links, pairing, keys } = inside;
  if (store.origin() === "restored") {
    await store.close();
    return fail(problem("STORE_RESTORED"));
  }
  if (identity.state().home === null) {
    await store.close();
    return fail(problem("ID_NOT_SET_UP"));
  }

  const { certificate: certificateFile, key: keyFile, origin } = config.web;
  const certificate =
    certificateFile === null || keyFile === null
      ? ok(null)
      : openCertificate({ certificate: certificateFile, key: keyFile }, clock);
  if (!certificate.ok) {
    await store.close();
    return certificate;
  }
  const shown = certificate.value?.current() ?? null;
  const relay = await startRelay(config.turn, {
    ...options,
    secretFile: join(options.dataDir, turnSecretFile),
    certificate: shown,
    tlsName: new URL(origin).hostname,
  });
  if (!relay.ok) {
    await store.close();
    return relay;
  }

  const net = tlsNet({ host: config.peer.host, port: config.peer.port, identity: keys.identity(), clock });
  const joined = await readingLedger(joinPeers(inside, given, late, net));
  if (!joined.ok) {
    await relay.value.close();
    await store.close();
    return joined;
  }
  const { calls, drills, people, recordOf, exported, peers, probes, begin, stop } = joined.value;

  const alarms = await openAlarms({
    ...options,
    inside,
    joined: joined.value,
    findings: (link) => late.checks?.findings(link) ?? [],
    onChange: () => late.terminals?.changed(),
  });
  if (!alarms.ok) {
    await stop();
    await relay.value.close();
    await store.close();
    return alarms;
  }
  late.alarms = alarms.value;
  const selfTests = await runSelfTests({
    store,
    writer: inside.writer,
    clock,
    random: options.random,
    zone: () => certainHome(identity).pin.card.timeZone,
    settings: selfTestsSettings(config),
    desks: () => opening?.testDesks() ?? [],
    tell: (terminal, message) => opening?.tellTest(terminal, message),
    onSide: (side) =>
      people?.room(side === null ? null : { at: side.at, cause: side.cause, since: side.when, until: side.until }),
    onChange: () => opening?.changed(),
    report: options.report,
  });
  let opening: Terminals | null = null;
  const terminals = await openTerminals({
    ...options,
    selfTests,
    alarms: alarms.value,
    identity,
    links,
    pairing,
    calls,
    drills,
    roll: people,
    recordOf,
    exported,
    store,
    writer: inside.writer,
    log: inside.log,
    relay: relay.value,
    certificate: shown,
    checks: () => late.checks?.shown() ?? [],
  });
  if (!terminals.ok) {
    await stop();
    await relay.value.close();
    await store.close();
    return terminals;
  }
  late.terminals = terminals.value;
  opening = terminals.value;
  const looking = {
    ...options,
    keys: () => keys.examine(),
    setup: setupOf(config, options.served.manifest),
    versions: options.versions ?? { oldest: oldestProtocolVersion, newest: protocolVersion },
    inside,
    home: () => certainHome(identity),
    pinOf: (link: IdText) => pinOn(inside, link),
    relay: relay.value,
    ports: { web: terminals.value.port, peer: peers.port },
  };
  const checks = await checkLines({
    ...options,
    inside,
    drills,
    running: runningOf(looking),
    looks: await openLooks(looking),
    online: () => new Set(terminals.value.desks().flatMap(({ terminal, online }) => (online ? [terminal] : []))),
    onChange: () => terminals.value.checked(),
  });
  late.checks = checks;
  certificate.value?.watch((fresh) => {
    terminals.value.present(fresh);
    const shownByRelay = relay.value.present(fresh);
    if (!shownByRelay.ok) options.report(shownByRelay.error);
  }, options.report);
  const running = {
    ...inside,
    calls,
    drills,
    people,
    recordOf,
    terminals: terminals.value,
    checks,
    alarms: alarms.value,
    peers,
    probes,
    relay: relay.value,
  };
  const started = clock.now();
  const metrics = await listenForMetrics(config.metrics, () =>
    writeMetrics(collect(running, { started, ...ownProcess() }, clock.now())),
  );
  if (!metrics.ok) {
    certificate.value?.close();
    await terminals.value.close();
    await stop();
    await relay.value.close();
    await store.close();
    return metrics;
  }
  begin();
  checks.start();
  selfTests.start();
  alarms.value.start();
  const rehearser = startRehearser({ ...options, facts: terminals.value.rehearser });

  return ok({
    ...running,
    rehearser,
    ports: { web: terminals.value.port, peer: peers.port, metrics: metrics.value?.port ?? null },
    close: async () => {
      await rehearser?.stop();
      certificate.value?.close();
      checks.stop();
      selfTests.stop();
      await alarms.value.stop();
      await metrics.value?.close();
      await terminals.value.close();
      await stop();
      await relay.value.close();
      await store.close();
    },
  });
}
