// The counter of one sending key (RFC 9605 section 9.1): each value once, in order, one more each time. It is never stored: a
// sender that starts again has a new leaf and so a new key, since a counter restored from anywhere could repeat a nonce.

/**
 * Counters below this are used, 2^48: over 8,000 years of 1,000 frames a second, exact in a `number`, and far within the
 * 2^64 - 1 of the RFC. What seals the last one asks for a new epoch long before.
 */
export const counterLimit = 2 ** 48;

/** Where every counter begins. */
export const firstCounter = 0;

export class Counter {
  private next: number;

  /** `start` is `firstCounter` except in tests that begin near a limit. */
  constructor(start = firstCounter) {
    if (!Number.isInteger(start) || start < 0 || start > counterLimit) throw new RangeError(`no counter ${start}`);
    this.next = start;
  }

  /** A value never given before by this counter, or null for ever once the limit is reached. */
  take(): number | null {
    return this.next < counterLimit ? this.next++ : null;
  }

  /** The value that the next `take` gives. */
  get ahead(): number {
    return this.next;
  }
}
