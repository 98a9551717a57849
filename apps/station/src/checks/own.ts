// What a check finds of its own station: what its ports show, whether its relay relays, and whether its disk keeps its word ([CK8]
// [CK12] of docs/spec/check.md). Decides nothing; what follows is packages/drill's to say.
import { X509Certificate } from "node:crypto";
import { basename } from "node:path";
import { fromHex, hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { daysToFull, withSample } from "@parley/drill/trend";
import type { OwnFault, ServedPort } from "@parley/drill/checkFacts";
import { maxCheckPlaces } from "@parley/protocol/limits";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { readCertificate } from "../api/certificate.ts";
import type { Config } from "../config.ts";
import { freeBytes, leastFree, slowWrite, tryDisk } from "../probes/disk.ts";
import { fingerprintOf, localOf, shownAt } from "../probes/served.ts";
import { program, runtime, zoneData } from "../probes/setup.ts";
import { placeOf } from "../relay/place.ts";
import type { OwnFacts } from "../run/checksRun.ts";
import { readSamples } from "../run/checkDocs.ts";
import { toDoc } from "../run/json.ts";
import type { ChecksOptions } from "./open.ts";
import { servedOf, settledPorts, stationOf } from "./shownPort.ts";
import { verdictOf } from "./tryRelay.ts";

const diskKind = "checkDisk";
/** Flushed writes of one look at the disk. */
const writes = 3;

/** The fingerprint of the web certificate on the disk, which the relay's TLS port shows too; `unfit`: it cannot be taken up. */
type OnDisk = { readonly at: "none" | "unfit" } | { readonly at: "fits"; readonly fingerprint: string };

function certificateOnDisk({ certificate, key }: Config["web"]): OnDisk {
  if (certificate === null || key === null) return { at: "none" };
  const read = readCertificate({ certificate, key });
  return read.ok ? { at: "fits", fingerprint: fingerprintOf(new X509Certificate(read.value.cert)) } : { at: "unfit" };
}

/** What is wrong with what only we hold, and does not show before the next start or the old certificate's end. */
function ownFaults({ config, keys, inside }: ChecksOptions): readonly OwnFault[] {
  const read = keys();
  const [file = ""] = read.ok ? [] : read.error.detail.split(": ");
  return [
    ...(certificateOnDisk(config.web).at === "unfit"
      ? [{ code: "CHECK_CERTIFICATE_UNFIT", about: basename(config.web.certificate ?? "") } as const]
      : []),
    ...(read.ok ? [] : [{ code: "CHECK_KEY_UNUSABLE", about: basename(file) } as const]),
    ...(inside.log.health() === "broken" ? [{ code: "CHECK_RECORD_BROKEN", about: "" } as const] : []),
  ];
}

async function servedPorts(options: ChecksOptions): Promise<readonly ServedPort[]> {
  const { config, relay, ports } = options;
  const { hostname } = new URL(config.web.origin);
  const onDisk = certificateOnDisk(config.web);
  const due = onDisk.at === "fits" ? onDisk.fingerprint : null;
  const web = config.web.certificate === null ? [] : [{ port: "web" as const, host: config.web.host, at: ports.web }];
  const turn = relay.listeners
    .filter(({ transport }) => transport === "tls")
    .map(({ address, port }) => ({ port: "turnTls" as const, host: address, at: port }));
  const named = [...turn, ...web].map(async ({ port, host, at }): Promise<ServedPort> => {
    const shown = await shownAt({ host: localOf(host), port: at }, hostname);
    return { whose: "ours", port, at: `${at}`, shown: servedOf(shown, hostname), due };
  });
  const station = async (): Promise<ServedPort> => {
    const shown = await shownAt({ host: localOf(config.peer.host), port: ports.peer }, "", "station");
    const key = hex(ed25519Half(options.home().pin.line.key));
    return { whose: "ours", port: "station", at: `${ports.peer}`, shown: stationOf(shown), due: key };
  };
  return Promise.all([...named, station()]);
}

type Relays = OwnFacts["side"]["relays"];

/** Another server by its addresses, as terminals use it. */
async function externalRelay({ relay, clock, random }: ChecksOptions): Promise<Relays> {
  const given = relay.serversFor("check", "check")?.servers ?? [];
  const places = given.flatMap(({ urls, username, credential }) =>
    urls.flatMap((url) => {
      const place = placeOf(url);
      return place === null ? [] : [{ place, credential: { username, credential } }];
    }),
  );
  return Promise.all(
    places.slice(0, maxCheckPlaces).map(async ({ place, credential }) => ({
      transport: place.transport,
      port: place.port,
      own: await verdictOf(place, credential, { clock, random }),
      others: false,
    })),
  );
}

/** The built-in relay where it listens: not every network leads back to itself from outside. */
async function builtInRelay({ relay, clock, random }: ChecksOptions): Promise<Relays> {
  const name = hex(random(8));
  const trial = relay.trial(name);
  const found = await Promise.all(
    relay.listeners.map(async ({ transport, address, port }) => {
      const place = { transport, host: localOf(address), port };
      const own = trial === null ? ("untried" as const) : await verdictOf(place, trial, { clock, random });
      return { transport, port, own, others: false };
    }),
  );
  relay.evict(name);
  return found;
}

/** How each check looks at its own station; remembers from one to the next how much room the disk had. */
export async function lookAtOwn(options: ChecksOptions): Promise<() => Promise<OwnFacts>> {
  const { dataDir, config, clock, random, versions } = options;
  const { store, writer } = options.inside;
  let samples = readSamples(certain(await store.doc(diskKind, "free")), options.report);

  const disk = async (): Promise<OwnFacts["side"]["disk"]> => {
    const found = await tryDisk(dataDir, writes, { clock, random });
    const free = await freeBytes(dataDir).catch(() => 0);
    const next = withSample(samples, { at: clock.now(), free });
    if (next !== samples && writer.room().at === "free")
      void writer.write((tx) => tx.put(diskKind, "free", toDoc(next)));
    samples = next;
    const daysLeft = free < leastFree ? 0 : daysToFull(samples, free);
    if (writer.room().at === "full" || (found.at === "failed" && found.why.includes("ENOSPC")))
      return { at: "full", daysLeft };
    if (found.at === "failed") return { at: "failed", daysLeft };
    // A process that was kept waiting itself measures one write as slow, and a slow disk all of them.
    return { at: found.least > slowWrite ? "slow" : "well", daysLeft };
  };

  return async () => {
    const relayed = config.turn.use === "external" ? externalRelay : builtInRelay;
    const [served, relays, written] = await Promise.all([
      settledPorts(clock, () => servedPorts(options)),
      relayed(options),
      disk(),
    ]);
    const due = served.find(({ port }) => port === "turnTls")?.due ?? null;
    const turnCertificate = due === null ? null : fromHex(due);
    const side = { program, runtime, zoneData, versions, disk: written, relays };
    return { side, faults: ownFaults(options), served, turnCertificate };
  };
}
