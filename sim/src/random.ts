// Randomness from a seed: every choice in a simulated world comes out of these streams and nowhere else, so that a seed is
// a world. Streams are forked by name, so that a choice more in one place moves nothing in another.
import { hash } from "node:crypto";
import type { Random } from "@parley/base/random";
import type { Ms } from "@parley/base/time";
import { ms } from "@parley/base/time";

export type Dice = {
  /** Whole bytes, as the project's own code asks for them. */
  readonly bytes: Random;
  /** Evenly from 0 up to, not including, 1. */
  readonly part: () => number;
  /** True with probability `p`. */
  readonly chance: (p: number) => boolean;
  /** A whole number from 0 to `bound` - 1. */
  readonly below: (bound: number) => number;
  /** Whole milliseconds from `least` to `most`, evenly. */
  readonly span: (least: Ms, most: Ms) => Ms;
  /** The same with this mean, as waiting times of independent events are. */
  readonly about: (mean: Ms) => Ms;
  readonly pick: <T>(from: readonly T[]) => T | undefined;
  /** A stream of its own; the same name gives the same stream, and this one goes on as though nothing was asked. */
  readonly fork: (name: string) => Dice;
};

/** The streams of `seed` (sfc32 by Chris Doty-Humphrey, seeded by SHA-256). */
export function diceOf(seed: string): Dice {
  const words = new Uint32Array(hash("sha256", seed, "buffer").buffer.slice(0, 16));
  let [a = 0, b = 0, c = 0, counter = 0] = words;
  const word = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  const part = (): number => word() / 2 ** 32;
  const below = (bound: number): number => Math.floor(part() * bound);
  return {
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i += 4) {
        const drawn = word();
        for (let k = 0; k < 4 && i + k < length; k++) bytes[i + k] = drawn >>> (8 * k);
      }
      return bytes;
    },
    part,
    chance: (p) => part() < p,
    below,
    span: (least, most) => ms(least + below(most - least + 1)),
    about: (mean) => ms(Math.ceil(0 - mean * Math.log(1 - part()))),
    pick: (from) => from[below(from.length)],
    fork: (name) => diceOf(`${seed} ${name}`),
  };
}
