// The port through which randomness is passed in; the simulator gives a seeded one, every real program WebCrypto's.

/** Fresh unpredictable bytes, exactly `length` of them. */
export type Random = (length: number) => Uint8Array<ArrayBuffer>;

/** A number drawn evenly from the whole numbers 0 to `bound` - 1; `bound` is 1 to 2^48. For jitter and choice, not for keys. */
export function below(random: Random, bound: number): number {
  const limit = 2 ** 48 - (2 ** 48 % bound);
  for (;;) {
    let n = 0;
    for (const byte of random(6)) n = n * 256 + byte;
    if (n < limit) return n % bound;
  }
}
