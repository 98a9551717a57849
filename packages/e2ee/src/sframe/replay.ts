// Which counters of one key have been opened (RFC 9605 section 9.3): a sliding window of 512, about 10 s of sound or 17 s of
// picture. `inspect` changes nothing, so that frames nobody authenticated cannot move the window; `accept` is called after
// the tag has verified. Carries SPEC rules SF6 to SF8.
export const windowSize = 512;

const words = windowSize / 32;

export type Freshness = "fresh" | "replayed" | "tooOld";

export class ReplayWindow {
  /** Bit `ctr mod 512` is set when `ctr`, which lies in (newest - 512, newest], has been accepted. */
  private readonly seen = new Uint32Array(words);
  private newest = -1;

  inspect(ctr: number): Freshness {
    if (ctr > this.newest) return "fresh";
    if (ctr <= this.newest - windowSize) return "tooOld";
    const at = ctr % windowSize;
    return ((this.seen[at >>> 5] as number) >>> (at & 31)) & 1 ? "replayed" : "fresh";
  }

  /** Takes the counter in, and says what `inspect` would have: only "fresh" was taken. */
  accept(ctr: number): Freshness {
    const freshness = this.inspect(ctr);
    if (freshness !== "fresh") return freshness;
    if (ctr > this.newest) {
      if (ctr - this.newest >= windowSize) this.seen.fill(0);
      else for (let passed = this.newest + 1; passed < ctr; passed++) this.clear(passed);
      this.newest = ctr;
    }
    const at = ctr % windowSize;
    this.seen[at >>> 5] = (this.seen[at >>> 5] as number) | (1 << (at & 31));
    return "fresh";
  }

  private clear(ctr: number): void {
    const at = ctr % windowSize;
    this.seen[at >>> 5] = (this.seen[at >>> 5] as number) & ~(1 << (at & 31));
  }
}
