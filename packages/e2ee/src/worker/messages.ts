// What the page and the frame worker say to each other: one closed union each way. Keys come as CryptoKeys that cannot be read
// out, so the page can carry but not see them; no frame ever crosses. Sent by postMessage (structured clone).
import type { Bytes } from "@parley/base/bytes";
import type { GroupEpoch } from "../frame/groupEpoch.ts";
import type { Binding } from "../frame/opener.ts";
import type { Refusal } from "../frame/refusals.ts";
import type { NewKey } from "../frame/receiveKeys.ts";
import type { KeyRefusal, Unsealed } from "../frame/sealer.ts";
import type { DigestRefusal } from "../proof/digest.ts";
import type { Forgery } from "../proof/watch.ts";
import type { FrameKey } from "../sframe/schedule.ts";

/** The codec of a frame whose own metadata does not say; the metadata of a frame comes before it. */
export type FallbackCodec = "vp9" | "vp8" | "opus";

/** The `options` of an RTCRtpScriptTransform. `stream` is the page's name for it, unique while the stream lives. */
export type TransformOptions =
  | {
      readonly direction: "send";
      readonly stream: string;
      readonly kind: "audio" | "video";
      readonly codec: FallbackCodec;
      /** What its frames are sealed as; see `contextOf`. */
      readonly context: number;
    }
  | {
      readonly direction: "receive";
      readonly stream: string;
      readonly kind: "audio" | "video";
      readonly codec: FallbackCodec;
      /** Null until it is known which leaf sends; until then every frame is dropped. */
      readonly binding: Binding | null;
      /** Contexts whose frames are kept sealed until `release`; none for most streams. */
      readonly curtained: readonly number[];
    };

/** A member of the group, and what its digests are verified with: its leaf's signature key. */
export type Member = { readonly leaf: number; readonly key: CryptoKey };

export type ToFrames =
  /** First: the key of our own leaf, not extractable, that signs digests. */
  | { readonly type: "identity"; readonly signKey: CryptoKey }
  /** The receive keys of an epoch and its other members; keys of single streams may follow in further ones. */
  | {
      readonly type: "installReceive";
      readonly of: GroupEpoch;
      readonly keys: readonly NewKey[];
      readonly members: readonly Member[];
    }
  /** The send keys of an epoch, one for each context. `within`: ms until they seal without being told; 0 on a removal. */
  | {
      readonly type: "installSend";
      readonly of: GroupEpoch;
      readonly leaf: number;
      readonly keys: readonly { readonly context: number; readonly key: FrameKey }[];
      readonly within: number;
      /** Where counters start: absent but in tests that begin near a limit. */
      readonly start?: number;
    }
  /** All members have acknowledged this epoch: senders switch to it, and the keys of older ones begin to die. */
  | { readonly type: "agree"; readonly of: GroupEpoch }
  /** A member was removed: nothing of its is opened any more. `heir`: from when its leaf is another's, or null. */
  | { readonly type: "forget"; readonly leaf: number; readonly heir: GroupEpoch | null }
  /** The member at this leaf has come in anew, as after a reload: what it had not vouched for before, it never will. */
  | { readonly type: "returned"; readonly leaf: number }
  | { readonly type: "bind"; readonly stream: string; readonly binding: Binding }
  /** From its next frame on a sending stream seals as another context; `routed` says when that holds. */
  | { readonly type: "route"; readonly stream: string; readonly context: number }
  /** A person answered: what a curtain keeps is opened. */
  | { readonly type: "release"; readonly stream: string }
  /** The shutter of a sending stream: see shutter.ts. Each is followed by the page's wish for a key frame. */
  | { readonly type: "shutter"; readonly stream: string; readonly to: "shut" | "ready" | "open" }
  /** Media digests as they came from the other side. */
  | { readonly type: "digest"; readonly bytes: Bytes }
  | { readonly type: "askStats" };

export type StreamStats = {
  readonly stream: string;
  readonly direction: "send" | "receive";
  /** Frames sealed, or opened and delivered. */
  readonly passed: number;
  /** Frames dropped, by reason; reasons that did not occur are absent. */
  readonly dropped: Readonly<Partial<Record<Refusal | Unsealed | "fault", number>>>;
  readonly keyFramesAsked: number;
};

export type FromFrames =
  /** The worker runs; transforms may be set. */
  | { readonly type: "ready" }
  /** A transform reached its stream. One that is set too late never does, and its frames are lost without an error. */
  | { readonly type: "attached"; readonly stream: string; readonly direction: "send" | "receive" }
  | { readonly type: "keyRefused"; readonly of: GroupEpoch; readonly context: number; readonly why: KeyRefusal }
  /** Every frame that comes to this stream from now on is sealed as `context`. */
  | { readonly type: "routed"; readonly stream: string; readonly context: number }
  /** The shutter of this stream has fallen: what the camera gives it now is not sent. */
  | { readonly type: "shut"; readonly stream: string }
  /** The first frame that a stream sealed under an epoch. */
  | { readonly type: "sealing"; readonly stream: string; readonly of: GroupEpoch }
  /** The first frame that a stream opened under an epoch. */
  | { readonly type: "opening"; readonly stream: string; readonly of: GroupEpoch }
  /** Frames in this stream that nobody authenticated; `frames` so far. Blames the stream, not its sender. */
  | { readonly type: "alarm"; readonly stream: string; readonly why: Refusal; readonly frames: number }
  | { readonly type: "calm"; readonly stream: string }
  /** Frames sealed with the group's key in the stream of a member who did not send them. */
  | {
      readonly type: "forgery";
      readonly leaf: number;
      readonly context: number;
      readonly why: Forgery;
      readonly frames: number;
    }
  /** Every frame that was unclaimed has been claimed since: the digests were only late. */
  | { readonly type: "claimedLate"; readonly leaf: number; readonly context: number }
  | { readonly type: "digestRefused"; readonly why: DigestRefusal }
  /** A media digest of ours, for every other member. */
  | { readonly type: "digest"; readonly bytes: Bytes }
  | { readonly type: "stats"; readonly streams: readonly StreamStats[] }
  /** A bug of ours: the frame was dropped. */
  | { readonly type: "fault"; readonly detail: string };
