// What one terminal says to another about a call: joining its keys, finding a path, answering, leaving. It travels through
// both stations or over the terminals' own data channel, and says the same on either way. The sender's terminal key signs
// it, so that no station and no relay can put words between two terminals ([SG1]); MLS messages are sealed on top.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, fixed, list, oneOf, opaque, struct, text, uint32, uint48, variant } from "@parley/base/codec";
import { callId, terminalId } from "../ids.ts";
import { maxChainBytes, maxOtherChains, maxSignalBytes } from "../limits.ts";

/** Domain label of the signature over a signal. */
export const signalLabel = "parley signal v1";

export const signalBody = variant({
  /**
   * "I am here, in this life of my page": the chain that proves me, and chains that leaves of the group may name besides it,
   * such as the reader's own before it was renewed. The first thing said, the answer to it, and said again with a renewed chain.
   */
  hello: [1, struct({ chain: opaque(maxChainBytes), others: list(opaque(maxChainBytes), maxOtherChains) })],
  /** A message of the keys: a commit, an acknowledgement, a request to mend. */
  keys: [3, struct({ message: opaque(maxSignalBytes - 1024) })],
  /** `path` numbers the offering page's connections, each higher than the last; words about an older one are too late. */
  offer: [4, struct({ path: uint32, sdp: text(32 * 1024) })],
  answer: [5, struct({ path: uint32, sdp: text(32 * 1024) })],
  candidate: [6, struct({ path: uint32, candidate: text(2048) })],
  /** Asks the offering page for another offer on the same connection. */
  restart: [7, struct({ path: uint32 })],
  /** A person pressed Answer here. The called station's receipt says the same, later and for the record. */
  answered: [8, struct({})],
  /** A person ended the call here. */
  bye: [9, struct({})],
  /** What this side sends now; shown, and for the picture's cause, never taken as a promise of silence: the digest proves that. */
  sending: [
    10,
    struct({
      microphone: oneOf("open", "muted", "lost"),
      camera: oneOf("on", "off", "lost", "poorPath"),
      screen: oneOf("none", "shared"),
    }),
  ],
  /**
   * Said while it rings, by a called terminal whose party wants pictures before the answer: what comes in the context of the
   * early camera is kept sealed here, behind a curtain, until a person answers.
   */
  curtain: [12, struct({})],
  /** A digest of frames sent; see e2ee/proof. */
  digest: [11, struct({ digest: opaque(maxSignalBytes - 1024) })],
});
export type SignalBody = Of<typeof signalBody>;

/** `number` counts up from 0 within one life of the sender's page; a receiver takes each number of a `life` once. */
export const signal = struct({
  call: callId,
  from: terminalId,
  to: terminalId,
  life: fixed(8),
  number: uint48,
  body: signalBody,
});
export type Signal = Of<typeof signal>;

/** A signal with its Ed25519 signature under `signalLabel`, as it travels. */
export const signedSignal = struct({ signal: opaque(maxSignalBytes - 128), signature: fixed(64) });

export const encodeSignal = (value: Signal): Bytes => encode(signal, value);
