// Which epoch of which group: what keys are filed under. The KID's four bits are only a hint at it.
import { type Bytes, compare, hex } from "@parley/base/bytes";

export type GroupEpoch = {
  /** The MLS group's id. */
  readonly group: Bytes;
  /** Counts the groups of one call from 0: evidence of a fork means a fresh group, whose epochs begin again. */
  readonly generation: number;
  /** The whole MLS epoch. */
  readonly epoch: number;
};

/**
 * Whether `a` comes after `b` in one call. Two groups of one generation come to be when two found at once; the one with the
 * greater id holds (ML16), and its epochs are the later ones whatever their numbers.
 */
export function isNewer(a: GroupEpoch, b: GroupEpoch): boolean {
  if (a.generation !== b.generation) return a.generation > b.generation;
  const order = compare(a.group, b.group);
  return order === 0 ? a.epoch > b.epoch : order > 0;
}

const texts = new WeakMap<GroupEpoch, string>();

/** A name for maps, unique within a call; made once for each object, since every frame asks for it. */
export function epochText(e: GroupEpoch): string {
  let text = texts.get(e);
  if (text === undefined) texts.set(e, (text = `${hex(e.group)}.${e.epoch}`));
  return text;
}
