// What the relay knows of one client, what may happen to it and what is to be done then: the data of allocation.ts.
// A client is a 5-tuple (RFC 8656 section 3.2); it has state only once somebody with a credential asked for an allocation.
import type { Ms } from "@parley/base/time";
import type { Endpoint, EndpointKey, Family } from "./address.ts";
import type { Holder } from "./authenticate.ts";
import type { Reach } from "./policy.ts";
import type { StunError } from "./attributes.ts";
import type { Message, Method } from "./stun.ts";

/** A message of a method that the relay knows. */
export type Known = Message & { readonly method: Method };

/** What an answer is made from, also where it is given later than the request; signed where `key` is not null. */
export type Asked = { readonly message: Known; readonly key: Uint8Array | null };

/** A peer's address that may send and be sent to, as far as `reach` says, until `until`. */
export type Permission = { readonly reach: Exclude<Reach, "denied">; readonly until: Ms };

export type Channel = { readonly number: number; readonly peer: Endpoint; readonly until: Ms };

export type Allocated = {
  readonly at: "allocated";
  /** Whose it is: any credential of this name may use it; the username is the last one that did. */
  readonly name: string;
  readonly username: string;
  /** The transaction that made it, 12 bytes: the same one again is a retransmission. */
  readonly transaction: Uint8Array;
  readonly relayed: Endpoint;
  readonly until: Ms;
  /** By address, without port. */
  readonly permissions: ReadonlyMap<string, Permission>;
  readonly channels: ReadonlyMap<number, Channel>;
  /** The same channels by their peer. */
  readonly numbers: ReadonlyMap<EndpointKey, number>;
};

export type Opening = {
  readonly at: "opening";
  readonly name: string;
  readonly username: string;
  readonly asked: Asked;
  readonly family: Family;
  readonly lifetime: Ms;
  readonly until: Ms;
};

export type Client = { readonly at: "idle" } | Opening | Allocated;
export const idle: Client = { at: "idle" };

export type Event =
  | { readonly type: "request"; readonly message: Known; readonly holder: Holder }
  | { readonly type: "send"; readonly message: Message }
  | { readonly type: "channelData"; readonly number: number; readonly data: Uint8Array }
  | { readonly type: "peerData"; readonly from: Endpoint; readonly data: Uint8Array }
  | { readonly type: "relayOpened"; readonly relayed: Endpoint }
  | { readonly type: "relayFailed" }
  /** Time has passed. */
  | { readonly type: "tick" }
  /** The connection closed, or the client was cut off. */
  | { readonly type: "gone" };

/** Why something that came was not passed on. */
export type DropReason =
  | "malformed"
  | "no allocation"
  | "no permission"
  | "no channel"
  | "too long"
  | "unanswerable"
  | "no such relay"
  | "own listener"
  | "rate"
  | "queue";

export type Effect =
  /** The answer to a request, with the error that it tells. */
  | { readonly type: "answer"; readonly bytes: Uint8Array; readonly error: StunError | null }
  /** Data from a peer. */
  | { readonly type: "toClient"; readonly bytes: Uint8Array; readonly size: number }
  | { readonly type: "toPeer"; readonly peer: Endpoint; readonly reach: Permission["reach"]; readonly data: Uint8Array }
  | { readonly type: "openRelay"; readonly family: Family }
  | { readonly type: "closeRelay" }
  | { readonly type: "drop"; readonly why: DropReason };

/** Times and counts; TN rules say which are the RFC's. */
export type Bounds = {
  readonly defaultLifetime: Ms;
  readonly maxLifetime: Ms;
  readonly permissionLifetime: Ms;
  readonly channelLifetime: Ms;
  readonly openingTime: Ms;
  readonly maxPermissions: number;
  readonly maxChannels: number;
};

/** What a client's state machine knows of its surroundings. */
export type Site = {
  readonly bounds: Bounds;
  /** Where the client's packets come from, as XOR-MAPPED-ADDRESS tells it. */
  readonly source: Endpoint;
  readonly onStream: boolean;
  readonly families: ReadonlySet<Family>;
  /** Whether that name may have one more allocation. */
  readonly room: (name: string) => "yes" | "name full" | "relay full";
  readonly reach: (address: string) => Reach;
};

export type Step = readonly [Client, readonly Effect[]];

export const drop = (why: DropReason): readonly Effect[] => [{ type: "drop", why }];
