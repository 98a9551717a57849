// What two stations say to each other in a check: the payloads of signed envelopes of kind `check`. One asks with its wall clock,
// the other answers with its own and with what it says of itself; then each says how the other's ports looked from over there.
// Carries [CK4]-[CK9] of docs/spec/check.md. A station that is too old to know the kind takes it without effect.
import {
  type Codec,
  type Of,
  bool,
  encode,
  fixed,
  list,
  mapped,
  oneOf,
  optional,
  struct,
  text,
  uint16,
  uint32,
  uint48,
  variant,
} from "@parley/base/codec";
import type { Bytes } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import { type Ms, ms } from "@parley/base/time";
import { decodeAs } from "../decodeAs.ts";
import type { ParleyError } from "../errorCodes.ts";
import { maxCheckCounters, maxCheckPlaces, maxCheckZones, maxDated } from "../limits.ts";
import { timeZone } from "../signed/fields.ts";
import { wireInstant } from "./call.ts";

/** Minutes east of UTC, less than a day either way. */
const offsetMinutes: Codec<number> = mapped(
  uint16,
  (n) => (n < 2880 ? n - 1440 : null),
  (n) => n + 1440,
);

const signedSpan: Codec<Ms> = mapped(
  uint48,
  (n) => ms(n - 2 ** 47),
  (n) => n + 2 ** 47,
);

/** A zone's clock as a machine shows it at the asked instant, and when and to what it changes next. */
export const zoneTimes = struct({
  zone: timeZone,
  offset: offsetMinutes,
  next: optional(struct({ at: wireInstant, offset: offsetMinutes })),
});
export type ZoneTimes = Of<typeof zoneTimes>;

/** What has a date on which it ends. `listed`: what a party's people wrote into its settings, as a domain or a contract. Append only. */
export const datedKinds = [
  "webCertificate",
  "turnCertificate",
  "stationKey",
  "terminalCredential",
  "disk",
  "listed",
] as const;

export const dated = struct({
  what: oneOf(...datedKinds),
  /** Which one, where there are several, or what people call it; empty where `what` says it. */
  name: text(120),
  /** When its life began; null where that is not known. */
  began: optional(wireInstant),
  ends: wireInstant,
  /** By when it renews itself, if it does: it counts only when that has not happened. */
  renews: optional(wireInstant),
});
export type Dated = Of<typeof dated>;

/** `untried` says nothing; `slow` keeps its word late. */
export const diskStates = ["untried", "well", "slow", "failed", "full"] as const;
export type DiskState = (typeof diskStates)[number];

/** What counts up towards an end. Append only. */
export const counterKinds = [
  "sent",
  "taken",
  "entries",
  "successions",
  "generations",
  "revocations",
  "terminals",
  "outbox",
] as const;
export type CounterKind = (typeof counterKinds)[number];

export const transports = ["udp", "tcp", "tls"] as const;
export type Transport = (typeof transports)[number];

/** `echo`: data went through two allocations and back. `allocated`: that far, and nothing came back. */
export const relayVerdicts = ["untried", "silent", "allocated", "echo"] as const;
export type RelayVerdict = (typeof relayVerdicts)[number];

const fingerprint = fixed<Bytes>(32);

const counter = struct({
  what: oneOf(...counterKinds),
  /** Years until it is full at the pace so far, at most 65,535; of an outbox, how many hundredths are free. */
  left: uint16,
});

/** A transport of a station's relay. `own`: as the station itself finds it; `others`: whether a third party's station gets through. */
const relayPort = struct({
  transport: oneOf(...transports),
  port: uint16,
  own: oneOf(...relayVerdicts),
  others: bool,
});

export const stationReport = struct({
  program: text(40),
  runtime: text(40),
  /** Release of the time-zone data, as "2026a"; empty where it is not known. */
  zoneData: text(20),
  versions: struct({ oldest: uint16, newest: uint16 }),
  /** SHA-256 over program, runtime, pages and settings, secrets left out: says only whether something changed. */
  setup: fingerprint,
  clock: struct({
    /** By how much the wall clock has moved against the monotonic one since the station began. */
    stepped: signedSpan,
    /** Whether it is behind what the station itself wrote down. */
    behind: bool,
  }),
  zones: list(zoneTimes, maxCheckZones),
  disk: struct({ at: oneOf(...diskStates), daysLeft: optional(uint32) }),
  counters: list(counter, maxCheckCounters),
  /** SHA-256 of the certificate that the relay's TLS port should show; null where it has none. */
  turnCertificate: optional(fingerprint),
  relays: list(relayPort, maxCheckPlaces),
  /** For trying the relay, for a minute; null where it is not to be tried. */
  trial: optional(struct({ username: text(200), credential: text(200) })),
  dated: list(dated, maxDated),
});
export type StationReport = Of<typeof stationReport>;

/** How a transport of the hearer's relay looked to the one who says it. */
const seenPlace = struct({ transport: oneOf(...transports), port: uint16, verdict: oneOf(...relayVerdicts) });
export type SeenPlace = Of<typeof seenPlace>;

/** Whether the port for stations showed the station's own key. */
export const stationSights = ["untried", "shown", "other", "silent"] as const;
export type StationSeen = (typeof stationSights)[number];

const id = fixed(16);

export const checkPayload = variant({
  /** `at`: the asker's wall clock. */
  ask: [1, struct({ id, at: wireInstant })],
  /** `heard` and `said`: the answerer's wall clock when the ask came and when the answer went. */
  answer: [2, struct({ id, heard: wireInstant, said: wireInstant, report: stationReport })],
  /** What the asker then found at the answerer's ports. */
  seen: [3, struct({ id, places: list(seenPlace, maxCheckPlaces), station: oneOf(...stationSights) })],
});
export type CheckPayload = Of<typeof checkPayload>;

export const encodeCheck = (it: CheckPayload): Bytes => encode(checkPayload, it);

/** MESSAGE_MALFORMED; the envelope bounds the size. */
export function decodeCheck(bytes: Uint8Array): Result<CheckPayload, ParleyError> {
  return decodeAs("check", checkPayload, bytes);
}
