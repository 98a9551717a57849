// Which epoch of which group: what keys are filed under. The KID's four bits are only a hint at it.
import type { Bytes } from "@parley/base/bytes";

export type GroupEpoch = {
  /** The MLS group's id. */
  readonly group: Bytes;
  /** Counts the groups of one call from 0: evidence of a fork means a fresh group, whose epochs begin again. */
  readonly generation: number;
  /** The whole MLS epoch. */
  readonly epoch: number;
};

/** Whether `a` comes after `b` in one call. */
export function isNewer(a: GroupEpoch, b: GroupEpoch): boolean {
  return a.generation === b.generation ? a.epoch > b.epoch : a.generation > b.generation;
}

/** A name for maps, unique within a call. */
export const epochText = (e: GroupEpoch): string => `${e.generation}.${e.epoch}`;
