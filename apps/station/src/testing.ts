// Whole stations for tests, in this process: the real one over a temporary folder, real ports of loopback and the real clock.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bytes, hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { type Clock, days, seconds } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { idText } from "@parley/protocol/ids";
import type { Versions } from "@parley/protocol/peer/hello";
import { readConfig } from "./config.ts";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Shown } from "./duty/identity/port.ts";
import { rootFile } from "./files.ts";
import { openKeyFolder } from "./keys/ring.ts";
import { openRoot } from "./keys/root.ts";
import { openStore, restoreStore } from "./openStore.ts";
import { rekey } from "./rekey.ts";
import { setUpParty } from "./setUp.ts";
import { type Station, type StationOptions, openStation, startStation } from "./station.ts";
import { fileName } from "./store/sqlite/file.ts";
import { systemClock, systemRandom } from "./systemPorts.ts";
import { freePort } from "./testing/freePort.ts";

/** The hash of the code that these stations serve. */
export const manifest = "00".repeat(32);
const passphrase = "a passphrase for tests";
/** The word of an officer that no test looks at. */
const by = { officer: new Uint8Array(16) as OfficerId, assertion: new Uint8Array(32) as Digest };

export type Site = {
  readonly name: string;
  readonly reports: ParleyError[];
  /** Starts the station, as its program of these versions would, with these settings instead of those it was made with. */
  readonly start: (versions?: Versions, settings?: object) => Promise<Station>;
  readonly folder: string;
};

export type Sites = {
  /** A party of its own, set up and not running; `web` and `turn` are settings beside its ports, `host` is where others find it. */
  readonly make: (name: string, more?: { web?: object; turn?: object; host?: string; clock?: Clock }) => Promise<Site>;
  readonly remove: () => void;
};

export function makeSites(): Sites {
  const root = mkdtempSync(join(tmpdir(), "parley-station-"));
  const pages = join(root, "pages");
  mkdirSync(pages);
  writeFileSync(join(pages, "index.html"), "<!doctype html><title>pages</title>");
  return {
    make: async (name, more = {}) => {
      const folder = join(root, name);
      mkdirSync(folder, { mode: 0o700 });
      const { host = "127.0.0.1", clock = systemClock } = more;
      const [web, peer, turn, tlsPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
      const settings = {
        web: { origin: `http://localhost:${web}`, port: web, ...more.web },
        peer: { host, port: peer, addresses: [`${host}:${peer}`] },
        turn: { host: "127.0.0.1", udpPort: turn, tcpPort: turn, tlsPort, ...more.turn },
      };
      const reports: ParleyError[] = [];
      const options: StationOptions = {
        dataDir: folder,
        config: certain(readConfig(JSON.stringify(settings))),
        clock,
        random: systemRandom,
        served: { files: pages, manifest },
        credentials: undefined,
        report: (error) => void reports.push(error),
        onFault: ({ code, detail }) => {
          throw new Error(`${code} ${detail}`);
        },
      };
      const opened = certain(await openStation(options));
      const party = { name, place: name, timeZone: "UTC", stations: [{ host, port: peer }] };
      const { files } = opened.folder;
      const now = systemClock.now();
      certain(await setUpParty(folder, party, passphrase, files, opened, systemRandom, now));
      await opened.close();
      return {
        name,
        reports,
        folder,
        start: async (versions, others = {}) =>
          certain(
            await startStation({
              ...options,
              config: certain(readConfig(JSON.stringify({ ...settings, ...others }))),
              ...(versions === undefined ? {} : { versions }),
            }),
          ),
      };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Puts a backup in the place of a resting station's data and has the root make its keys anew, as `parley restore` and `rekey` do. */
export async function restoreSite(site: Site, backup: string): Promise<void> {
  const { folder } = site;
  for (const name of readdirSync(folder)) if (name.startsWith(fileName)) rmSync(join(folder, name));
  certain(await restoreStore(backup, folder, null));
  const store = certain(await openStore(folder, null));
  try {
    certain(
      await rekey({
        dataDir: folder,
        store,
        folder: certain(openKeyFolder(folder, undefined, systemRandom)),
        rootSeed: certain(openRoot(readFileSync(join(folder, rootFile)), passphrase)),
        passphrase,
        clock: systemClock,
        random: systemRandom,
        onFault: ({ code }) => {
          throw new Error(code);
        },
      }),
    );
  } finally {
    await store.close();
  }
}

/** Waits until `holds`, for half a minute of a busy machine at most. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const began = systemClock.elapsed(); !holds();) {
    if (systemClock.elapsed() - began > seconds(30)) throw new Error(`not in time: ${what}`);
    await new Promise<void>((resolve) => systemClock.wait(seconds(0.02), resolve));
  }
}

/** Pairs two running stations by the ceremony that people go through. */
export async function pairStations(a: Station, b: Station): Promise<void> {
  const made = certain(await a.pairing.command({ type: "offer", lifetime: days(1), by }));
  if (made === null) throw new Error("an offer without a text");
  certain(await b.pairing.command({ type: "import", text: made.text, by }));
  const comparing = (station: Station): boolean =>
    station.pairing.state().get(idText(made.offer))?.type === "comparing";
  await until("both compare", () => comparing(a) && comparing(b));
  for (const station of [a, b]) certain(await station.pairing.command({ type: "match", offer: made.offer, by }));
  // A link is known before it is durable, and opened only then.
  const linked = ({ links }: Station): boolean => {
    const [link, ...others] = links.all();
    return link !== undefined && others.length === 0 && links.peer(link.link) !== null;
  };
  await until("both are linked", () => linked(a) && linked(b));
}

/** What the edge would have verified of two officers of a running station: the command line's, and one whom that one invites. */
export async function twoOfficers(station: Station): Promise<readonly [Shown, Shown]> {
  const { identity } = station;
  const [first] = identity.state().officers.values();
  const credential = first?.passkeys[0]?.credential;
  if (credential === undefined) throw new Error("a station without an officer");
  const shown = (of: Bytes): Shown => ({ credential: of, assertion: systemRandom(32) as Digest });
  const invited = certain(await identity.command({ type: "inviteOfficer", by: shown(credential) }));
  if (invited.type !== "code") throw new Error("no code for an officer");
  const passkey = { credential: systemRandom(32), publicKey: systemRandom(77), label: "Second" };
  const name = `Officer ${hex(systemRandom(4))}`;
  certain(await identity.command({ type: "joinOfficer", code: invited.code, name, passkey }));
  return [shown(credential), shown(passkey.credential)];
}

/** A one-time code for a desk of a running station, which needs no further approval. */
export async function deskCode(station: Station, officer: Shown): Promise<string> {
  return certain(await station.terminals.people.handOut("desk", "Desk", officer, true));
}

/** How the one link of a station stands. */
export function connectionOf(station: Station) {
  const [link] = station.links.all();
  const peer = link === undefined ? null : station.links.peer(link.link);
  if (peer === null) throw new Error("a station without a link");
  return peer.status();
}
