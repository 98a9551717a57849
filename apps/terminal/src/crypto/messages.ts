// What the page and the key worker say to each other: one closed union each way. The key worker holds the call's MLS group
// and the terminal's signing handle; the page carries sealed and signed bytes, and learns who is there, never a key.
import type { Bytes } from "@parley/base/bytes";
import type { IdText } from "@parley/protocol/ids";
import type { SignalBody } from "@parley/protocol/signed/signal";

/** What is pinned of both parties, as signed/pin writes it. */
export type PinBytes = { readonly ours: Bytes; readonly theirs: Bytes };

/** Who this terminal is in a call, and by what it will know the others. */
export type Begin = {
  readonly type: "begin";
  readonly call: IdText;
  readonly link: IdText;
  readonly side: "calling" | "called";
  /** Whether the call only begins, or this terminal comes back to one in which others may be. */
  readonly entering: "new" | "again";
  /** The caller's terminal: it founds the group. */
  readonly caller: IdText;
  readonly generation: number;
  /** The secret of this one call, from our station. */
  readonly psk: Bytes;
  readonly terminal: IdText;
  readonly privateKey: CryptoKey;
  readonly publicKey: Bytes;
  readonly chain: Bytes;
  readonly pins: PinBytes;
  readonly epochMs: number;
  /** To the frame worker: keys go straight there. */
  readonly frames: MessagePort;
};

export type ToKeys =
  | Begin
  /** A signed signal, however it came. */
  | { readonly type: "signal"; readonly bytes: Bytes }
  /** Sign this and hand it back as `send`. */
  | { readonly type: "say"; readonly to: IdText; readonly body: SignalBody }
  /** "Here I am": show the far terminal who we are, as a desk that rings or as one that was reloaded. */
  | { readonly type: "greet"; readonly to: IdText }
  /** A person answered: only these terminals stay in the group. */
  | { readonly type: "keepOnly"; readonly terminals: readonly IdText[] }
  /** What is pinned of the parties now. */
  | { readonly type: "pins"; readonly pins: PinBytes }
  /** Our station has renewed this terminal's credential. */
  | { readonly type: "renew"; readonly chain: Bytes };

/** What the page acts on; keys, greetings and digests stay in the workers. */
export type PageSignal = Extract<
  SignalBody,
  { type: "offer" | "answer" | "candidate" | "restart" | "answered" | "bye" | "sending" | "curtain" }
>;

export type FromKeys =
  | { readonly type: "ready" }
  /**
   * Hand this to the far terminal: over the data channel where it is open, and through the stations. What comes every second for as long as
   * a call lasts goes by `channel` alone while that carries the call: the stations keep whatever passes through them.
   */
  | { readonly type: "send"; readonly to: IdText; readonly bytes: Bytes; readonly by: "everyWay" | "channel" }
  | { readonly type: "heard"; readonly from: IdText; readonly life: string; readonly body: PageSignal }
  /** A far terminal is a member, its chain verified: its frames come from this leaf. */
  | {
      readonly type: "member";
      readonly terminal: IdText;
      readonly leaf: number;
      readonly name: string;
      readonly life: string;
    }
  | { readonly type: "gone"; readonly terminal: IdText }
  | { readonly type: "epoch"; readonly epoch: number; readonly confirmed: boolean }
  /** For our station: from it and the link's secret follows the next one. */
  | { readonly type: "linkExport"; readonly secret: Bytes }
  /** Something is refused that a person should know of: a chain that does not hold, a secret that differs, a fork. */
  | { readonly type: "refused"; readonly from: IdText | null; readonly code: string; readonly detail: string }
  | { readonly type: "fault"; readonly detail: string };
