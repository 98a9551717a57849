// What the rest of the station has of a link, and what it must give so that links can run.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { Result } from "@parley/base/result";
import type { Cancel, Clock } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { EnvelopeId, LinkId, PartyId } from "@parley/protocol/ids";
import type { Versions } from "@parley/protocol/peer/hello";
import type { Arrival } from "./inbox.ts";
import type { Claim } from "./introduction.ts";
import type { Address, PeerNet, Standing, VerifiedBy } from "./net.ts";
import type { LinkStatus } from "./status.ts";
import type { PeerStore, PeerTransaction } from "./store.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

/** One standing link with the station of one other party. */
export type PeerLink = {
  readonly id: LinkId;
  readonly peer: PartyId;
  /** Sends in a transaction of its own: once it resolves well, the peer will take it, whatever happens here. */
  readonly send: (kind: number, payload: Bytes) => Promise<Result<EnvelopeId, ParleyError>>;
  /**
   * Sends as part of the caller's transaction: durable when that is, undone when that is. The caller calls `wake` once
   * the transaction has resolved; if it dies before, the next start sends it.
   */
  readonly put: (tx: PeerTransaction, kind: number, payload: Bytes) => Result<EnvelopeId, ParleyError>;
  readonly wake: () => void;
  readonly status: () => LinkStatus;
  /** Calls back after each change of `status`, until cancelled. */
  readonly watch: (listener: (status: LinkStatus) => void) => Cancel;
  /** A hint that what was unreachable may be reachable: dials at once, or makes sure that the connection still lives. */
  readonly networkIsBack: () => void;
  /** The peer's addresses have changed: connects anew. */
  readonly renew: () => void;
  /** The link was re-keyed and its positions were forgotten on both sides: lets a frozen link go on. */
  readonly thaw: () => void;
  /** Ends the connection and keeps the outbox. */
  readonly close: () => void;
};

/** What happened on a link, for the log; never payloads, never keys. */
export type LinkReport = {
  readonly link: LinkId | null;
  readonly remote: string;
  readonly error: ParleyError;
};

/** What a station gives to its links. */
export type PeerDeps = {
  readonly here: PartyId;
  readonly versions: Versions;
  readonly net: PeerNet;
  readonly store: PeerStore;
  readonly clock: Clock;
  readonly random: Random;
  /** The station key in force; see `PeerPort.adopt`. */
  readonly identity: PeerIdentity;
  /** Checks what peers sign; Node's Ed25519 where the simulator does not bring its own. */
  readonly verifiedBy?: VerifiedBy;
  /** Whether a key is a linked station's last known one (`known`), cut off (`refused`), or neither (`stranger`). */
  readonly standing: (key: Bytes) => Standing;
  /** The successions of our own station key that the peer may lack; empty when it has seen the present one. */
  readonly successions: (link: LinkId, peer: PartyId) => Promise<Bytes>;
  /**
   * Whether `claim.key` is the peer's station key now: the last one seen, with no successions, or the end of successions
   * that begin at it. What it accepts it has stored, and from then on `standing` knows the key.
   */
  readonly verifyIntroduction: (claim: Claim) => Promise<Result<unknown, ParleyError>>;
  /** See `OnArrival`; arrivals of one link come one after the other, those of different links at any time. */
  readonly onArrival: (link: PeerLink, arrival: Arrival) => Promise<void>;
  readonly report: (report: LinkReport) => void;
};

/** How a link is opened: with whom, and where the peer's station may be found; asked before each dial. */
export type LinkTerms = {
  readonly id: LinkId;
  readonly peer: PartyId;
  readonly addresses: () => readonly Address[];
};
