// What can happen to the identities of a station, as its ledger keeps it (rule ID23). Each event holds all that `apply`
// needs, and nothing secret: codes are hashes, keys are public halves. Tags are never reused.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, fixed, list, oneOf, opaque, optional, struct, text, variant } from "@parley/base/codec";
import type { Result } from "@parley/base/result";
import { decodeAs } from "@parley/protocol/decodeAs";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import { partyId, terminalId } from "@parley/protocol/ids";
import { maxCredentialIdBytes, maxPasskeyBytes } from "@parley/protocol/limits";
import type { StationEntry } from "@parley/protocol/signed/chain";
import { name, role, signedInstant } from "@parley/protocol/signed/fields";
import { digest } from "@parley/protocol/signed/hash";
import { lineage, signedCard } from "@parley/protocol/signed/partyCard";
import { pin } from "@parley/protocol/signed/pin";
import { officerId, presence, signedRevocation, signedRuling } from "@parley/protocol/signed/revocation";
import { signedRootOrder } from "@parley/protocol/signed/rootOrder";
import { type HybridKey, ed25519Key } from "@parley/protocol/signed/signature";
import { signedStationCertificate } from "@parley/protocol/signed/stationCertificate";
import { signedSuccession } from "@parley/protocol/signed/succession";
import { signedWitness } from "@parley/protocol/signed/witness";

/** A WebAuthn credential of an officer: its id, its COSE public key, and what its owner calls it. */
export const passkey = struct({
  credential: opaque(maxCredentialIdBytes, 1),
  publicKey: opaque(maxPasskeyBytes, 1),
  label: name,
});
export type Passkey = Of<typeof passkey>;

/** A terminal of ours or another party; a station key is the root's business alone. */
const subject = variant({
  terminal: [1, struct({ terminal: terminalId })],
  party: [3, struct({ other: partyId })],
});

/** Shown only by a thief of a key, or by a broken station. Append only. */
const alarms = [
  "ID_SUCCESSION_UNCOMMITTED",
  "ID_SUCCESSION_FORK",
  "ID_CARD_CONFLICT",
  "ID_CERTIFICATE_CONFLICT",
  "ID_ROOT_CHANGED",
  "ID_STATION_KEY_STALE",
] as const satisfies readonly ErrorCode[];
export type Alarm = (typeof alarms)[number];
export const isAlarm = (code: ErrorCode): code is Alarm => alarms.some((alarm) => alarm === code);

/** What needs two officers, until the second confirms or it lapses. */
export const act = variant({
  revoke: [1, struct({ subject, why: text(400) })],
  releaseRoot: [2, struct({ party: partyId })],
  replaceRoot: [3, struct({ card: signedCard, certificate: signedStationCertificate })],
  /** Key the link with this party again, or agree that its station does. */
  rekey: [4, struct({ party: partyId })],
});
export type Act = Of<typeof act>;

const identityEvent = variant({
  setUp: [1, struct({ lineage, certificate: signedStationCertificate })],
  cardIssued: [2, struct({ card: signedCard })],
  certified: [3, struct({ certificate: signedStationCertificate })],
  succeeded: [4, struct({ succession: signedSuccession })],
  rootReplaced: [
    5,
    struct({
      card: signedCard,
      certificate: signedStationCertificate,
      officers: list(presence, 2, 255),
      act: fixed(16),
    }),
  ],

  /** A code by which an officer may join; `by` null: the first, by `parley init` or the root. */
  officerAwaited: [10, struct({ code: digest, until: signedInstant, by: optional(presence) })],
  rootOrdered: [11, struct({ order: signedRootOrder })],
  officerJoined: [12, struct({ code: digest, officer: officerId, name, passkey, at: signedInstant })],
  passkeyAdded: [13, struct({ passkey, by: presence })],
  passkeyRemoved: [
    14,
    struct({ officer: officerId, credential: opaque(maxCredentialIdBytes, 1), by: optional(presence) }),
  ],

  /** A code by which a browser may ask to become a terminal. */
  terminalAwaited: [20, struct({ code: digest, role, name, until: signedInstant, by: presence })],
  terminalAsked: [
    21,
    struct({ code: digest, terminal: terminalId, key: ed25519Key, manifest: digest, at: signedInstant }),
  ],
  terminalRefused: [22, struct({ terminal: terminalId, by: presence })],
  terminalEnrolled: [23, struct({ terminal: terminalId, by: presence, at: signedInstant })],
  /** A credential was signed: what the owner's list of terminals, and the auditor, count. */
  terminalCertified: [
    24,
    struct({
      terminal: terminalId,
      certificate: digest,
      issued: signedInstant,
      notAfter: signedInstant,
      manifest: digest,
    }),
  ],

  actProposed: [30, struct({ id: fixed(16), act, by: presence, until: signedInstant })],
  revoked: [31, struct({ revocation: signedRevocation, act: optional(fixed(16)) })],
  ruled: [32, struct({ ruling: signedRuling })],

  /** Codes and acts whose time was over by then are forgotten. */
  lapsed: [33, struct({ at: signedInstant })],

  peerPinned: [40, struct({ pin, at: signedInstant })],
  peerDropped: [41, struct({ party: partyId })],
  peerCard: [42, struct({ card: signedCard })],
  peerCertified: [43, struct({ certificate: signedStationCertificate, at: signedInstant })],
  peerSucceeded: [44, struct({ succession: signedSuccession, witness: signedWitness })],
  peerForked: [45, struct({ first: signedSuccession, second: signedSuccession, at: signedInstant })],
  peerRootHeld: [46, struct({ card: signedCard, certificate: signedStationCertificate, at: signedInstant })],
  peerRootReleased: [
    47,
    struct({ party: partyId, act: fixed(16), officers: list(presence, 2, 255), at: signedInstant }),
  ],
  peerRevoked: [48, struct({ revocation: signedRevocation })],
  peerRuled: [49, struct({ ruling: signedRuling })],
  /** A linked station saw our key hand over. */
  witnessed: [50, struct({ witness: signedWitness })],
  /** Two officers agreed to key the link with this party again. */
  rekeyAllowed: [52, struct({ party: partyId, act: fixed(16), officers: list(presence, 2, 255), at: signedInstant })],
  /** What is pinned of a party after its link was keyed again: the same party and root, proven anew. */
  peerRepinned: [53, struct({ pin, at: signedInstant })],
  alarmed: [51, struct({ party: partyId, code: oneOf(...alarms), detail: text(400), at: signedInstant })],
});
export type IdentityEvent = Of<typeof identityEvent>;
export type EventOf<K extends IdentityEvent["type"]> = Extract<IdentityEvent, { readonly type: K }>;

/** The certificates and successions that an event brought in; a chain may name any of them later. */
export function entriesOf(event: IdentityEvent): readonly StationEntry[] {
  switch (event.type) {
    case "setUp":
    case "certified":
    case "peerCertified":
    case "rootReplaced":
      return [{ type: "certificate", it: event.certificate }];
    case "succeeded":
    case "peerSucceeded":
      return [{ type: "succession", it: event.succession }];
    default:
      return [];
  }
}

/** The station key that an entry brought in. */
export const keyIn = (entry: StationEntry): HybridKey =>
  entry.type === "certificate" ? entry.it.body.key : entry.it.body.newKey;

export const encodeIdentityEvent = (event: IdentityEvent): Bytes => encode(identityEvent, event);

/** MESSAGE_MALFORMED when a ledger holds what this version cannot read. */
export function decodeIdentityEvent(bytes: Uint8Array): Result<IdentityEvent, ParleyError> {
  return decodeAs("identity event", identityEvent, bytes);
}
