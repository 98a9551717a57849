// The network as the station link sees it: connections that carry whole messages in order, whose far end has proven one
// Ed25519 key, and that both ends can name by 32 bytes nobody else knows. TLS provides it (accept, dial); the simulator
// provides its own, and everything else of this folder runs unchanged over either.
import type { Bytes } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import type { Cancel } from "@parley/base/time";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import type { PeerIdentity } from "./tlsIdentity.ts";

/** Where a station is to be found: a name or IP address, and the port of its peer listener. */
export type Address = { readonly host: string; readonly port: number };

/** What checks signatures by an Ed25519 public key; false, never a throw, for malformed ones. */
export type VerifiedBy = (key: Bytes) => (message: Bytes, signature: Bytes) => boolean;

/** What a connection is for: a link that exists, or a pairing that would make one. */
export type Purpose = "link" | "pair";

/** What a connection tells its owner. `closed` comes last and once, also after our own `close`. */
export type ConnectionEvents = {
  readonly message: (bytes: Bytes) => void;
  readonly closed: (code: ErrorCode, detail: string) => void;
};

export type PeerConnection = {
  /** The Ed25519 public key of the certificate that the far end showed and proved to hold. 32 bytes. */
  readonly key: Bytes;
  /** The same 32 bytes at both ends of this connection, and at no other. */
  readonly binding: Bytes;
  /** The far end's network address, for the log. */
  readonly remote: string;
  /** Begins delivery. To be called once, before control returns to whoever handed the connection over. */
  readonly start: (events: ConnectionEvents) => void;
  /** Hands one message to the network; silently nothing on a closed connection. */
  readonly send: (message: Bytes) => void;
  /** Bytes handed over that the network has not taken yet. */
  readonly waiting: () => number;
  /** The far end has proven who it is: the deadline and the bounds for strangers no longer apply. */
  readonly admit: () => void;
  /** `flush` lets go once what was sent is on its way; `reset` at once. */
  readonly close: (how: "flush" | "reset") => void;
};

/** How the network is to treat a key, before a single message was read: `refused` is cut off. */
export type Standing = "known" | "stranger" | "refused";

/** What the network asks its owner about those who come. */
export type Door = {
  readonly standing: (key: Bytes) => Standing;
  /** Whether any pairing offer is live; while none is, nobody is let in to pair. */
  readonly pairing: () => boolean;
  readonly arrived: (purpose: Purpose, connection: PeerConnection) => void;
};

export type Listening = { readonly port: number; readonly close: () => Promise<void> };

export type PeerNet = {
  /** Opens the door at our own address. */
  readonly listen: (door: Door) => Promise<Result<Listening, ParleyError>>;
  /**
   * Connects to `address`. Calls back once, never before it returns; the connection has its events started in that call.
   * Cancelling means that it does not call back.
   */
  readonly dial: (
    address: Address,
    purpose: Purpose,
    standing: (key: Bytes) => Standing,
    done: (outcome: Result<PeerConnection, ParleyError>) => void,
  ) => Cancel;
  /** From the next connection on, either way, this is what we show. */
  readonly adopt: (identity: PeerIdentity) => void;
};
