// The receiving side of one stream: what happens to each frame, as one pure step over tagged states. The worker carries the
// effects out; time is passed in, and the key table is shared by all streams of the call. Frames are opened one at a time, so
// they are delivered in the order they came. There is no effect that hands over a frame which was not opened.
// Carries FR3, FR4 and FR13 to FR19.
import type { Bytes } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import { isNewer } from "./groupEpoch.ts";
import type { Layout } from "./layout.ts";
import { type OpenedFrame, type Parts, readFrame } from "./open.ts";
import { type Picture, askAgainAfter, broken, missed, opened, resumed, sound } from "./picture.ts";
import { type Queue, append, curtainBounds, emptyQueue, holdBounds, split } from "./queue.ts";
import type { ReceiveKey, ReceiveKeys } from "./receiveKeys.ts";
import { type Refusal, classOf } from "./refusals.ts";
import { type Alarm, type Suspicion, calm, pass, suspect, trust } from "./suspicion.ts";

/** Whose frames a stream carries; anything else in it is refused. Two leaves only while a group is being replaced. */
export type Binding = { readonly contexts: readonly number[]; readonly leaves: readonly number[] };

/** A frame as it came: `frame` is the browser's handle, `layout` null when its codec is none of ours. */
export type Arrival<F> = {
  readonly frame: F;
  readonly bytes: Bytes;
  readonly layout: Layout | null;
  readonly isKey: boolean;
};

export type Waiting<F> = { readonly frame: F; readonly parts: Parts; readonly isKey: boolean };

type Curtain<F> =
  | { readonly at: "open" }
  /**
   * Frames of these contexts are kept sealed, from the last key frame on, until a person answers; `askedUntil` spaces out
   * requests. What comes in another context, as black pictures do while it rings, is opened at once.
   */
  | {
      readonly at: "drawn";
      readonly before: readonly number[];
      readonly kept: Queue<Waiting<F>>;
      readonly askedUntil: Ms;
    };

type Opening<F> =
  | { readonly at: "idle" }
  | {
      readonly at: "busy";
      readonly with: Waiting<F>;
      readonly key: ReceiveKey;
      readonly behind: readonly Waiting<F>[];
    };

export type OpenerState<F> = {
  readonly binding: Binding | null;
  readonly curtain: Curtain<F>;
  readonly opening: Opening<F>;
  /** Frames whose key is due. */
  readonly held: Queue<Waiting<F>>;
  readonly picture: Picture;
  readonly suspicion: Suspicion;
};

export type OpenerEvent<F> =
  | { readonly type: "arrive"; readonly arrival: Arrival<F> }
  /** The one frame that an `open` effect named has been tried; null when its tag did not verify. */
  | { readonly type: "opened"; readonly plain: OpenedFrame | null }
  | { readonly type: "keysChanged" }
  | { readonly type: "bind"; readonly binding: Binding }
  | { readonly type: "release" }
  /** Frames come again, of this stream or of another of the same sender, after a silence. */
  | { readonly type: "resumed" }
  | { readonly type: "tick" };

export type OpenerEffect<F> =
  | { readonly type: "open"; readonly key: ReceiveKey; readonly parts: Parts }
  | { readonly type: "deliver"; readonly from: Waiting<F>; readonly key: ReceiveKey; readonly plain: OpenedFrame }
  | { readonly type: "drop"; readonly why: Refusal }
  | { readonly type: "askKeyFrame" }
  | Alarm;

const idle: Opening<never> = { at: "idle" };
const open: Curtain<never> = { at: "open" };
const none: readonly never[] = [];

export type OpenerStep<F> = readonly [OpenerState<F>, readonly OpenerEffect<F>[]];

/** Behind the curtain, a new key frame is asked for when this many frames follow the last: what must be decoded at the answer. */
const curtainRefresh = 10;

/** Frames that may wait for the one being opened: a second of 60 Hz, and a whole curtain. */
const behindLimit = curtainBounds.frames + holdBounds.frames;

/** `curtained`: the contexts whose frames wait for `release`; none for most streams. */
export function newOpener<F>(
  kind: "audio" | "video",
  binding: Binding | null,
  curtained: readonly number[],
): OpenerState<F> {
  return {
    binding,
    curtain: curtained.length === 0 ? open : { at: "drawn", before: curtained, kept: emptyQueue, askedUntil: ms(0) },
    opening: idle,
    held: emptyQueue,
    picture: kind === "audio" ? sound : broken,
    suspicion: calm,
  };
}

/** The state after `event` at `now`, and what to do about it, in order. `now` never runs backwards. */
export function step<F>(state: OpenerState<F>, event: OpenerEvent<F>, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  switch (event.type) {
    case "arrive":
      return arrive(state, event.arrival, now, keys);
    case "opened":
      return afterOpening(state, event.plain, now, keys);
    case "keysChanged":
      return unhold(state, now, keys);
    case "bind":
      return [{ ...state, binding: event.binding }, []];
    case "release":
      return release(state, now, keys);
    case "resumed": {
      const [picture, ask] = resumed(state.picture, now);
      return ask === null ? [state, []] : [{ ...state, picture }, [{ type: "askKeyFrame" }]];
    }
    case "tick":
      return tick(state, now, keys);
    default:
      return event satisfies never;
  }
}

function arrive<F>(state: OpenerState<F>, arrival: Arrival<F>, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  if (arrival.layout === null) return refuse(state, "otherCodec", now, keys);
  const parts = readFrame(arrival.bytes, arrival.layout);
  if (typeof parts === "string") return refuse(state, parts, now, keys);
  const waiting = { frame: arrival.frame, parts, isKey: arrival.isKey };
  const stray = refuseStray(state, parts);
  if (stray !== null) return refuse(state, stray, now, keys);
  const { curtain } = state;
  return curtain.at === "drawn" && curtain.before.includes(parts.id.context)
    ? keep(state, curtain, waiting, now)
    : admit(state, waiting, now, keys);
}

/** Why a frame cannot belong to this stream, or null. */
function refuseStray<F>(state: OpenerState<F>, { id }: Parts): Refusal | null {
  if (state.binding === null) return "noKeys";
  const { contexts, leaves } = state.binding;
  return contexts.includes(id.context) && leaves.includes(id.leaf) ? null : "otherStream";
}

/** A frame of this stream, in front of the open curtain: opened now or in its turn, held, or dropped. */
function admit<F>(state: OpenerState<F>, waiting: Waiting<F>, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  const { parts } = waiting;
  const answer = keys.find(parts.kid, now);
  switch (answer.type) {
    case "key": {
      const { opening } = state;
      if (opening.at === "busy") {
        if (opening.behind.length >= behindLimit) return refuse(state, "holdFull", now, keys);
        return [{ ...state, opening: { ...opening, behind: [...opening.behind, waiting] } }, []];
      }
      const freshness = answer.key.window.inspect(parts.ctr);
      if (freshness !== "fresh") return refuse(state, freshness, now, keys);
      const busy: Opening<F> = { at: "busy", with: waiting, key: answer.key, behind: none };
      return [moved(state, busy, state.picture, state.suspicion), [{ type: "open", key: answer.key, parts }]];
    }
    case "due": {
      const held = append(state.held, waiting, parts.bytes.length, holdBounds, now);
      return held === null ? refuse(state, "holdFull", now, keys) : [{ ...state, held }, []];
    }
    case "tooLate":
      return refuse(state, "keyGone", now, keys);
    case "gone":
      return refuse(state, "memberGone", now, keys);
    case "unknown":
      return refuse(state, keys.size === 0 ? "noKeys" : "bogusKid", now, keys);
    default:
      return answer satisfies never;
  }
}

function afterOpening<F>(state: OpenerState<F>, plain: OpenedFrame | null, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  const { opening } = state;
  if (opening.at === "idle") throw new Error("a frame was opened that nobody asked to open");
  const { with: waiting, key, behind } = opening;
  const refused = (why: Refusal, tried: ReceiveKey | null): OpenerStep<F> =>
    admitAll(refuse({ ...state, opening: idle }, why, now, keys, tried), behind, now, keys);
  if (plain === null) return refused("tagFailed", key);
  // Taken in only now; another stream may have opened the same counter while this one was being tried.
  const freshness = key.window.accept(waiting.parts.ctr);
  if (freshness !== "fresh") return refused(freshness, null);
  keys.heard(key, now);
  const [picture, ask] = opened(state.picture, waiting.isKey, now);
  const deliver: OpenerEffect<F> = { type: "deliver", from: waiting, key, plain };
  const effects: OpenerEffect<F>[] = ask === null ? [deliver] : [deliver, { type: "askKeyFrame" }];
  return admitAll([moved(state, idle, picture, trust(state.suspicion)), effects], behind, now, keys);
}

/** The state of a frame's own path, written out: a spread here costs more than all else that is done for a frame. */
function moved<F>(
  { binding, curtain, held }: OpenerState<F>,
  opening: Opening<F>,
  picture: Picture,
  suspicion: Suspicion,
): OpenerState<F> {
  return { binding, curtain, opening, held, picture, suspicion };
}

/** After a step, frames that have been waiting: all of them behind the one being opened, if there is one. */
function admitAll<F>(first: OpenerStep<F>, frames: readonly Waiting<F>[], now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  if (frames.length === 0) return first;
  let [state, effects] = first;
  for (const [i, waiting] of frames.entries()) {
    if (state.opening.at === "busy") {
      const behind = [...state.opening.behind, ...frames.slice(i)];
      return [{ ...state, opening: { ...state.opening, behind } }, effects];
    }
    const [next, more] = admit(state, waiting, now, keys);
    state = next;
    effects = [...effects, ...more];
  }
  return [state, effects];
}

/** Frames whose key has come go on, in order; those whose time is up are dropped. */
function unhold<F>(state: OpenerState<F>, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  if (state.held.waiting.length === 0) return [state, []];
  const [ready, rest] = split(state.held, ({ parts }) => keys.find(parts.kid, now).type !== "due");
  const [late, held] = split(rest, (_, until) => now >= until);
  return refuseAll(admitAll([{ ...state, held }, []], ready, now, keys), late.length, "keyLate", now, keys);
}

function refuseAll<F>(first: OpenerStep<F>, count: number, why: Refusal, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  let [state, effects] = first;
  for (let i = 0; i < count; i++) {
    const [next, more] = refuse(state, why, now, keys);
    state = next;
    effects = [...effects, ...more];
  }
  return [state, effects];
}

/** Drops a frame; `tried` is the key under which its tag failed. Where epochs do not agree yet, nobody is blamed. */
function refuse<F>(
  state: OpenerState<F>,
  why: Refusal,
  now: Ms,
  keys: ReceiveKeys,
  tried: ReceiveKey | null = null,
): OpenerStep<F> {
  const drop: OpenerEffect<F> = { type: "drop", why };
  if (why === "zeroLength") return [state, [drop]];
  const picture = classOf(why) === "stale" ? state.picture : missed(state.picture);
  const { agreed } = keys;
  if (agreed === null || (tried !== null && isNewer(tried.of, agreed))) return [{ ...state, picture }, [drop]];
  const [suspicion, alarm] = suspect(state.suspicion, why, classOf(why), now);
  return [{ ...state, picture, suspicion }, alarm === null ? [drop] : [drop, alarm]];
}

type Drawn<F> = Curtain<F> & { readonly at: "drawn" };

/** Keeps a frame behind the curtain: a key frame lets go of all before it, and without one nothing is kept. */
function keep<F>(state: OpenerState<F>, curtain: Drawn<F>, waiting: Waiting<F>, now: Ms): OpenerStep<F> {
  if (state.picture.at === "sound") return [state, [{ type: "drop", why: "curtained" }]];
  const before = curtain.kept.waiting.length;
  const base = waiting.isKey ? emptyQueue : curtain.kept;
  const fits =
    waiting.isKey || before > 0 ? append(base, waiting, waiting.parts.bytes.length, curtainBounds, now) : null;
  const kept = fits ?? emptyQueue;
  const gone = fits === null ? before + 1 : waiting.isKey ? before : 0;
  const effects: OpenerEffect<F>[] = Array.from({ length: gone }, () => ({ type: "drop", why: "curtained" }));
  const wanting = kept.waiting.length === 0 || kept.waiting.length > curtainRefresh;
  if (!wanting || now < curtain.askedUntil) return [{ ...state, curtain: { ...curtain, kept } }, effects];
  const asked: Curtain<F> = { ...curtain, kept, askedUntil: ms(now + askAgainAfter) };
  return [{ ...state, curtain: asked }, [...effects, { type: "askKeyFrame" }]];
}

function release<F>(state: OpenerState<F>, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  if (state.curtain.at === "open") return [state, []];
  const [kept] = split(state.curtain.kept, () => true);
  return admitAll([{ ...state, curtain: open }, []], kept, now, keys);
}

function tick<F>(state: OpenerState<F>, now: Ms, keys: ReceiveKeys): OpenerStep<F> {
  const [after, effects] = unhold(state, now, keys);
  const [suspicion, alarm] = pass(after.suspicion, now);
  if (suspicion === after.suspicion) return [after, effects];
  return [{ ...after, suspicion }, alarm === null ? effects : [...effects, alarm]];
}
