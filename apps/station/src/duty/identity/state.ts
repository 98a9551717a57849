// The identities that a station knows: its own party, its officers and terminals, the pins of linked parties. Made of
// the ledger's events alone (identityApply.ts), so a restart knows exactly what was known before.
import { equal } from "@parley/base/bytes";
import type { Instant } from "@parley/base/time";
import { type IdText, type PartyId, type TerminalId, idText } from "@parley/protocol/ids";
import type { Role } from "@parley/protocol/signed/fields";
import type { Digest } from "@parley/protocol/signed/hash";
import type { SignedCard } from "@parley/protocol/signed/partyCard";
import type { Pin } from "@parley/protocol/signed/pin";
import type { OfficerId, SignedRevocation } from "@parley/protocol/signed/revocation";
import type { Ed25519Key } from "@parley/protocol/signed/signature";
import type { SignedStationCertificate } from "@parley/protocol/signed/stationCertificate";
import type { SignedSuccession } from "@parley/protocol/signed/succession";
import type { Act, Alarm, EventOf, Passkey } from "./events.ts";

/** Our own party. Its pin is made by the very code that others pin us with. */
export type Home = {
  readonly pin: Pin;
  /** The present card of each root generation. */
  readonly lineage: readonly SignedCard[];
  readonly certificate: SignedStationCertificate;
  /** Since the certificate. */
  readonly successions: readonly SignedSuccession[];
};

export type Officer = { readonly id: OfficerId; readonly name: string; readonly passkeys: readonly Passkey[] };

/** A browser that may become a terminal: `open` until it shows its code, `asked` until an officer approves. */
export type Enrolment = { readonly role: Role; readonly name: string; readonly until: Instant } & (
  | { readonly at: "open" }
  | { readonly at: "asked"; readonly terminal: TerminalId; readonly key: Ed25519Key; readonly manifest: Digest }
);

/** An enrolment does not expire; a cut-off does not come back but by the root's ruling. */
export type Terminal = {
  readonly id: TerminalId;
  readonly name: string;
  readonly role: Role;
  readonly key: Ed25519Key;
  readonly manifest: Digest;
  readonly enrolled: Instant;
  /** Dates of its last credential; null before the first. */
  readonly credential: { readonly issued: Instant; readonly notAfter: Instant } | null;
  readonly standing: { readonly at: "enrolled" } | { readonly at: "removed"; readonly revocation: Digest };
};

export type Pending = { readonly act: Act; readonly by: EventOf<"actProposed">["by"]; readonly until: Instant };

export type Identity = {
  readonly home: Home | null;
  readonly officers: ReadonlyMap<IdText, Officer>;
  /** Hashes of unused officer codes, and until when. */
  readonly officerCodes: ReadonlyMap<IdText, Instant>;
  readonly enrolments: ReadonlyMap<IdText, Enrolment>;
  readonly terminals: ReadonlyMap<IdText, Terminal>;
  readonly pending: ReadonlyMap<IdText, Pending>;
  /** Our own cut-offs, and what became of them. */
  readonly revocations: ReadonlyMap<
    IdText,
    { readonly it: SignedRevocation; readonly verdict: "open" | "confirmed" | "undone" }
  >;
  readonly peers: ReadonlyMap<IdText, Pin>;
  /** By party: the entry of our own key line that the peer is known to have seen. */
  readonly seen: ReadonlyMap<IdText, Digest>;
  /** When each alarm of each party was written down last. */
  readonly alarms: ReadonlyMap<string, Instant>;
};

export const nobody: Identity = {
  home: null,
  officers: new Map(),
  officerCodes: new Map(),
  enrolments: new Map(),
  terminals: new Map(),
  pending: new Map(),
  revocations: new Map(),
  peers: new Map(),
  seen: new Map(),
  alarms: new Map(),
};

export const alarmKey = (party: PartyId, code: Alarm): string => `${idText(party)} ${code}`;

/** The enrolment in which this terminal asked, and its code's hash. */
export function askedBy(state: Identity, terminal: TerminalId) {
  for (const [code, it] of state.enrolments)
    if (it.at === "asked" && equal(it.terminal, terminal)) return [code, it] as const;
  return null;
}

/** The act of one officer that waits for another's word and is the one that `isIt` means, and its id. */
export const pendingAct = (state: Identity, isIt: (act: Act) => boolean): readonly [IdText, Pending] | null =>
  [...state.pending].find(([, { act }]) => isIt(act)) ?? null;

/** The act that waits to remove this terminal, and its id. */
export const removalOfTerminal = (state: Identity, terminal: IdText): readonly [IdText, Pending] | null =>
  pendingAct(
    state,
    (act) => act.type === "revoke" && act.subject.type === "terminal" && idText(act.subject.terminal) === terminal,
  );

/** The map with `value` under `key`. */
export const set = <V>(map: ReadonlyMap<IdText, V>, key: IdText, value: V): ReadonlyMap<IdText, V> =>
  new Map(map).set(key, value);

/** The map without `key`. */
export function without<V>(map: ReadonlyMap<IdText, V>, key: IdText): ReadonlyMap<IdText, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** The entries whose values still hold. */
export const still = <V>(map: ReadonlyMap<IdText, V>, holds: (value: V) => boolean): ReadonlyMap<IdText, V> =>
  new Map([...map].filter(([, value]) => holds(value)));
