// What a link's session is made of: its states, what happens to it, and what it wants done. session.ts holds the one `step`.
//
//   down (connecting -> introducing | backingOff) <-> up (calm | asked, perhaps a contender)     frozen     closed
import type { Ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { End, GoodbyeReason } from "@parley/protocol/peer/hello";

/** A connection or an attempt at one, by the number that the driver drew for it. */
export type Conn = number;
export type Side = "here" | "there";

/** What the peer's verified hello settled. */
export type Greeting = { readonly version: number };

export type Connecting = {
  readonly at: "connecting";
  readonly conn: Conn;
  readonly attempt: number;
  readonly until: Ms;
};
export type Introducing = {
  readonly at: "introducing";
  readonly conn: Conn;
  readonly attempt: number;
  readonly until: Ms;
};
type BackingOff = { readonly at: "backingOff"; readonly attempt: number; readonly until: Ms };
export type Dial = Connecting | Introducing | BackingOff;

export type Pulse =
  | { readonly at: "calm"; readonly until: Ms }
  | { readonly at: "asked"; readonly nonce: number; readonly asked: Ms; readonly until: Ms };

export type Open = Greeting & {
  readonly conn: Conn;
  readonly dialled: Side;
  readonly since: Ms;
  /** Dials that it took; what waiting goes on from when this one does not last. */
  readonly attempt: number;
  readonly pulse: Pulse;
  readonly roundTrip: Ms | null;
};

type Contender = { readonly conn: Conn; readonly greeting: Greeting };

export type SessionState = { readonly leads: Side } & (
  | { readonly at: "down"; readonly since: Ms; readonly code: ErrorCode | null; readonly dial: Dial }
  | {
      readonly at: "up";
      readonly open: Open;
      /** Our own dial, still under way when the peer's came in; only where we lead. */
      readonly dial: Connecting | Introducing | null;
      /** A connection of the peer that waits for proof that the open one is dead. */
      readonly contender: Contender | null;
    }
  | { readonly at: "frozen"; readonly since: Ms; readonly code: ErrorCode }
  | { readonly at: "closed" }
);

export type SessionEvent =
  /** Our dial has its connection, TLS done and key well-formed. */
  | { readonly type: "dialled"; readonly conn: Conn }
  /** The peer's hello on our dial verified. */
  | { readonly type: "greeted"; readonly conn: Conn; readonly greeting: Greeting }
  /** The peer dialled, and its hello verified; ours is not sent yet. */
  | { readonly type: "accepted"; readonly conn: Conn; readonly greeting: Greeting }
  /** A dial failed or a connection is gone. */
  | { readonly type: "lost"; readonly conn: Conn; readonly code: ErrorCode }
  /** The peer ends it. */
  | { readonly type: "goodbye"; readonly conn: Conn; readonly reason: GoodbyeReason }
  /** We end it, because of what the peer did. */
  | { readonly type: "refused"; readonly conn: Conn; readonly reason: GoodbyeReason; readonly code: ErrorCode }
  | { readonly type: "pong"; readonly conn: Conn; readonly nonce: number }
  | { readonly type: "tick" }
  | { readonly type: "networkIsBack" }
  /** Our station key or the peer's addresses have changed: begin anew. */
  | { readonly type: "renew" }
  /** One of the two has forgotten what the other remembers; only officers end that. */
  | { readonly type: "freeze"; readonly code: ErrorCode }
  | { readonly type: "thaw" }
  | { readonly type: "close" };

export type SessionEffect =
  | { readonly type: "dial"; readonly conn: Conn }
  | { readonly type: "greet"; readonly conn: Conn; readonly as: End }
  /** Envelopes flow on this connection from now on. */
  | { readonly type: "begin"; readonly conn: Conn; readonly greeting: Greeting }
  | { readonly type: "ping"; readonly conn: Conn; readonly nonce: number }
  /** Ends a connection, or an attempt; says `reason` first where there is one. */
  | { readonly type: "drop"; readonly conn: Conn; readonly reason: GoodbyeReason | null };

/** What the world gives to one step: our monotonic clock, a throw of dice in [0, 1), and a number no connection has had. */
export type Moment = { readonly now: Ms; readonly dice: number; readonly fresh: Conn };

export type Step = readonly [SessionState, readonly SessionEffect[]];
