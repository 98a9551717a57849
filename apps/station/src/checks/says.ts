// What a station says of itself in a check: how long its counters last, what of it has a date, and what it runs ([CK9] [CK11] [CK14]
// of docs/spec/check.md). Names no terminal and no setting.
import { type Instant, after, days, instant, ms } from "@parley/base/time";
import { mostYears, yearsLeft } from "@parley/drill/headroom";
import { type IdText, type LinkId, idOf, idText } from "@parley/protocol/ids";
import {
  maxDated,
  maxOutboxEnvelopes,
  maxRevocations,
  maxStationKeyAgeMs,
  maxSuccessions,
  maxTerminals,
  stationKeyPeriodMs,
} from "@parley/protocol/limits";
import type { Dated, StationReport } from "@parley/protocol/peer/check";
import type { Pin } from "@parley/protocol/signed/pin";
import type { Home } from "../duty/identity/state.ts";
import type { OwnFacts } from "../run/checksRun.ts";
import type { LineChecksOptions } from "./lines.ts";

/** What it is said of. */
export type Says = Pick<LineChecksOptions, "clock" | "inside" | "online" | "running"> & {
  readonly home: () => Home;
  readonly pinOf: (link: IdText) => Pin | null;
};

/** Envelopes and entries are counted in 48 bits, generations of a secret in 32. */
const most48 = 2 ** 48;
const most32 = 2 ** 32;

function countersOf({ home, inside, clock }: Says, link: IdText): StationReport["counters"] {
  const { store, links, identity } = inside;
  const now = clock.now();
  const { pin, certificate, lineage } = home();
  const founded = lineage[0]?.body.issued ?? now;
  const of = links.all().find((it) => it.link === link);
  const id = idOf<LinkId>(link, 16);
  const { sent, taken, acknowledged } = id === null ? { sent: 0, taken: 0, acknowledged: 0 } : store.position(id);
  const linked = of?.since ?? now;
  const generation = Math.max(0, ...links.generations(link).map(({ n }) => n));
  const terminals = [...identity.state().terminals.values()].filter(({ standing }) => standing.at === "enrolled");
  const left = (used: number, limit: number, since: Instant): number => yearsLeft({ used, limit, since }, now);
  return [
    { what: "sent", left: left(sent, most48, linked) },
    { what: "taken", left: left(taken, most48, linked) },
    { what: "entries", left: left(store.nextIndex(), most48, founded) },
    { what: "successions", left: left(pin.line.entries.length - 1, maxSuccessions, certificate.body.issued) },
    { what: "generations", left: left(generation, most32, linked) },
    { what: "revocations", left: left(pin.removed.length, maxRevocations, founded) },
    // Terminals are there to stay, and are many only once they are.
    {
      what: "terminals",
      left: terminals.length < maxTerminals / 2 ? mostYears : left(terminals.length, maxTerminals, founded),
    },
    { what: "outbox", left: Math.floor((1 - (sent - acknowledged) / maxOutboxEnvelopes) * 100) },
  ];
}

function datedOf({ home, inside, running, clock, online }: Says, own: OwnFacts | null): readonly Dated[] {
  const now = clock.now();
  const served = (own?.served ?? []).flatMap(({ port, shown }): readonly Dated[] =>
    shown === null || port === "station"
      ? []
      : [
          {
            what: port === "web" ? "webCertificate" : "turnCertificate",
            name: "",
            began: shown.began,
            ends: shown.ends,
            renews: null,
          },
        ],
  );
  const { since } = home().pin.line;
  const on = online();
  const [credential] = [...inside.identity.state().terminals.values()]
    .flatMap((it) => (on.has(idText(it.id)) && it.credential !== null ? [it.credential] : []))
    .toSorted((a, b) => a.notAfter - b.notAfter);
  const daysLeft = own?.side.disk.daysLeft ?? null;
  const all: readonly Dated[] = [
    ...served,
    {
      what: "stationKey",
      name: "",
      began: since,
      ends: after(since, ms(maxStationKeyAgeMs)),
      renews: after(since, ms(stationKeyPeriodMs)),
    },
    ...(credential === undefined
      ? []
      : [
          {
            what: "terminalCredential" as const,
            name: "",
            began: credential.issued,
            ends: credential.notAfter,
            renews: instant(credential.issued + Math.floor((credential.notAfter - credential.issued) / 3)),
          },
        ]),
    ...(daysLeft === null
      ? []
      : [{ what: "disk" as const, name: "", began: null, ends: after(now, days(daysLeft)), renews: null }]),
    ...running.dates.map(({ what, ends }) => ({
      what: "listed" as const,
      name: what,
      began: null,
      ends,
      renews: null,
    })),
  ];
  return all.slice(0, maxDated);
}

/** All of it, as it goes to the far side of that link and is judged here; `own` is null before the first look. */
export function sayOf(options: Says, link: IdText, own: OwnFacts | null, at: Instant): StationReport {
  const { home } = options;
  const { program, runtime, zoneData, versions, setup, zoneTimes } = options.running;
  const theirs = options.pinOf(link);
  const zones = new Set([home().pin.card.timeZone, ...(theirs === null ? [] : [theirs.card.timeZone])]);
  return {
    program,
    runtime,
    zoneData,
    versions,
    setup,
    clock: { stepped: ms(0), behind: false },
    zones: [...zones].flatMap((zone) => zoneTimes(zone, at) ?? []),
    disk: own?.side.disk ?? { at: "untried", daysLeft: null },
    counters: countersOf(options, link),
    turnCertificate: own?.turnCertificate ?? null,
    relays: own?.side.relays ?? [],
    trial: null,
    dated: datedOf(options, own),
  };
}
