// What is asked of the duty of identities, what it may use, and what it answers with.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { PartyId, TerminalId } from "@parley/protocol/ids";
import type { StationEntry } from "@parley/protocol/signed/chain";
import type { Role } from "@parley/protocol/signed/fields";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Notice } from "@parley/protocol/signed/notice";
import type { Lineage, SignedCard } from "@parley/protocol/signed/partyCard";
import type { Pin } from "@parley/protocol/signed/pin";
import type { OfficerId, SignedRevocation, SignedRuling } from "@parley/protocol/signed/revocation";
import type { SignedRootOrder } from "@parley/protocol/signed/rootOrder";
import type { HybridSigner, Unproven, Verify } from "@parley/protocol/signed/signature";
import type { SignedStationCertificate } from "@parley/protocol/signed/stationCertificate";
import type { SignedTerminalRequest, StationNonce } from "@parley/protocol/signed/terminalCertificate";
import type { Act, Alarm, IdentityEvent, Passkey } from "./events.ts";

/** An officer's passkey assertion that the edge has verified: which credential, and the hash that stands for it in records. */
export type Shown = { readonly credential: Bytes; readonly assertion: Digest };

export type IdentityCommand =
  /** By `parley init`, with the root at hand. */
  | { readonly type: "setUp"; readonly lineage: Lineage; readonly certificate: SignedStationCertificate }
  /** By the root at the CLI. */
  | { readonly type: "issueCard"; readonly card: SignedCard }
  | { readonly type: "certify"; readonly certificate: SignedStationCertificate }
  | { readonly type: "order"; readonly order: SignedRootOrder }
  | { readonly type: "rule"; readonly ruling: SignedRuling }
  | { readonly type: "rootRevoke"; readonly revocation: SignedRevocation }
  /** Time passed: hand the station key over when that is due, let codes and acts lapse. Asked hourly and at every start. */
  | { readonly type: "tick" }
  /** A code for the first officer, by `parley init`; for others by an officer. */
  | { readonly type: "awaitFirstOfficer" }
  | { readonly type: "inviteOfficer"; readonly by: Shown }
  | { readonly type: "joinOfficer"; readonly code: Bytes; readonly name: string; readonly passkey: Passkey }
  | { readonly type: "addPasskey"; readonly passkey: Passkey; readonly by: Shown }
  /** One's own passkey, or another officer's lost one. */
  | { readonly type: "removePasskey"; readonly officer: OfficerId; readonly credential: Bytes; readonly by: Shown }
  | { readonly type: "awaitTerminal"; readonly role: Role; readonly name: string; readonly by: Shown }
  /** A browser shows its code, and proves the key that it made. `nonce` is the one that this station gave it on this connection. */
  | {
      readonly type: "askTerminal";
      readonly code: Bytes;
      readonly request: SignedTerminalRequest;
      readonly nonce: StationNonce;
    }
  | { readonly type: "approveTerminal"; readonly terminal: TerminalId; readonly by: Shown }
  | { readonly type: "refuseTerminal"; readonly terminal: TerminalId; readonly by: Shown }
  /** A terminal wants its credential, new or as it is due; also after years switched off. */
  | { readonly type: "renewTerminal"; readonly request: SignedTerminalRequest; readonly nonce: StationNonce }
  /** The first officer's word for an act that needs two, then the second's. */
  | { readonly type: "proposeAct"; readonly act: Act; readonly by: Shown }
  | { readonly type: "confirmAct"; readonly id: Bytes; readonly by: Shown }
  | { readonly type: "pinPeer"; readonly pin: Pin }
  /** The party's station proved itself anew from its root up, when the link was keyed again. */
  | { readonly type: "repinPeer"; readonly pin: Pin }
  | { readonly type: "dropPeer"; readonly party: PartyId }
  /** A linked station's word about identities, from its envelope or greeting. */
  | { readonly type: "fromPeer"; readonly party: PartyId; readonly notice: Notice };

export type CommandOf<K extends IdentityCommand["type"]> = Extract<IdentityCommand, { readonly type: K }>;

export type IdentityContext = {
  readonly random: Random;
  readonly verify: Verify;
  /** The station key in use. */
  readonly signer: HybridSigner;
  /** Whether the secret of this key (keyIdOf) is in our key files, so that it can be the next one in use. */
  readonly holds: (key: Digest) => boolean;
  /** The key after it, fetched from where it is kept apart, and keyIdOf the one after that; null while it cannot be had. */
  readonly nextKey: () => { readonly signer: HybridSigner; readonly after: Digest } | null;
  /** A pairing is under way in which the key in use has been shown: the hand-over waits, a week at most. */
  readonly holdKey: boolean;
  /** Whether this station serves, or served before an upgrade, terminal code with this manifest hash. */
  readonly served: (manifest: Digest) => boolean;
  /** A certificate or succession that was adopted before, ours or a peer's, from the ledger; null when it is not there. */
  readonly entry: (hash: Digest) => StationEntry | null;
};

export type IdentityEffect =
  | { readonly type: "tellPeers"; readonly notice: Notice }
  | { readonly type: "tellPeer"; readonly party: PartyId; readonly notice: Notice }
  /** From now on sign with `key`, keep `next` apart, and destroy every other. Safe to run twice. */
  | { readonly type: "useKey"; readonly key: Digest; readonly next: Digest }
  /** Enrolled terminals should renew now, since the key that certified them was replaced. */
  | { readonly type: "renewTerminals" }
  /** Out of every call, every session, every relay, at once. */
  | { readonly type: "evictTerminal"; readonly terminal: TerminalId }
  /** Two officers want the link with this party keyed again, or agree that it is. */
  | { readonly type: "rekey"; readonly party: PartyId }
  | { readonly type: "cutOffParty"; readonly party: PartyId }
  /** The link with this party stops, or may go on: its pin is frozen or held, or stands again. */
  | { readonly type: "peerStopped"; readonly party: PartyId; readonly error: ParleyError }
  | { readonly type: "peerStands"; readonly party: PartyId }
  /** For the officers' eyes, at once. */
  | { readonly type: "alarm"; readonly party: PartyId; readonly code: Alarm; readonly detail: string };

export type IdentityReply =
  /** Shown once; only its hash is kept. 16 bytes. */
  | { readonly type: "code"; readonly code: Bytes; readonly until: Instant }
  | { readonly type: "officer"; readonly officer: OfficerId }
  | { readonly type: "asked"; readonly terminal: TerminalId }
  /** The bytes of signed/chain. */
  | { readonly type: "chain"; readonly chain: Bytes; readonly renewAt: Instant; readonly notAfter: Instant }
  | { readonly type: "pending"; readonly id: Bytes; readonly until: Instant }
  | { readonly type: "done" };

export type Decision = {
  readonly events: readonly IdentityEvent[];
  readonly reply: IdentityReply;
  readonly effects: readonly IdentityEffect[];
};
export type Decided = Result<Decision, ParleyError>;

const done: IdentityReply = { type: "done" };

export const decided = (
  events: readonly IdentityEvent[],
  effects: readonly IdentityEffect[] = [],
  reply: IdentityReply = done,
): Decided => ok({ events, effects, reply });

export const refused = (code: ErrorCode, detail = ""): { readonly ok: false; readonly error: ParleyError } =>
  fail(problem(code, detail));

/** What a claim comes to: its own error, that of the first signature which does not hold, or the value that stands on them all. */
export const proven = <T>(claim: Result<Unproven<T>, ParleyError>, verify: Verify): Result<T, ParleyError> =>
  claim.ok ? claim.value.prove(verify) : claim;
