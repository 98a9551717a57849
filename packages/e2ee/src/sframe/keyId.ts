// Which key sealed a frame: KID = context << 12 | leaf << 4 | epoch & 15, after RFC 9605 section 5.2 with E = 4 and S = 8 fixed
// (the RFC's S grows with the group, which would give one KID two meanings across a join). Carries SPEC rule SF3.
import type { Uint64 } from "./header.ts";

/**
 * What the frames of a key are of. Each context has its own key, counter and replay window, so that nobody between can move
 * a frame from one stream to another.
 */
export const contexts = {
  microphone: 0,
  camera: 1,
  cameraMiddle: 2,
  cameraLow: 3,
  screen: 4,
  screenSound: 5,
  /** The caller's picture while it rings: sealed under keys of its own, opened when a person answers. */
  earlyCamera: 6,
} as const;

export type StreamName = keyof typeof contexts;

/** How many contexts one leg takes; a leg is one peer connection of a mesh, whose encoders make frames of their own. */
const contextsPerLeg = 8;

/** Legs 0 to this, less one. The call of two parties has leg 0 alone. */
export const maxLegs = 32;

/** Contexts 0 to this, less one. */
export const contextCount = contextsPerLeg * maxLegs;

/** Leaves 0 to this, less one: S = 8. */
export const leafCount = 256;

/** E = 4: how many epochs in a row have KIDs of their own. */
export const epochSpan = 16;

export type KeyId = {
  readonly context: number;
  readonly leaf: number;
  /** The low four bits of the epoch. */
  readonly epochBits: number;
};

/** The context of a stream on leg `leg`; each leg counts for itself, so two encoders never share a counter. */
export function contextOf(stream: StreamName, leg = 0): number {
  if (!Number.isInteger(leg) || leg < 0 || leg >= maxLegs) throw new RangeError(`no leg ${leg}`);
  return leg * contextsPerLeg + contexts[stream];
}

/** The KID of a key; throws for a context, leaf or epoch outside its range, since those are ours to choose. */
export function keyIdOf(context: number, leaf: number, epoch: number): number {
  if (!Number.isInteger(context) || context < 0 || context >= contextCount)
    throw new RangeError(`no context ${context}`);
  if (!Number.isInteger(leaf) || leaf < 0 || leaf >= leafCount) throw new RangeError(`no leaf ${leaf}`);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new RangeError(`no epoch ${epoch}`);
  return context * 2 ** 12 + leaf * 2 ** 4 + (epoch % epochSpan);
}

/** What a KID read off a frame says, or null when no sender of ours writes it. */
export function keyIdParts(kid: Uint64): KeyId | null {
  if (kid >= contextCount * 2 ** 12) return null;
  const n = Number(kid);
  return { context: n >> 12, leaf: (n >> 4) & 0xff, epochBits: n & 0xf };
}
