// The tone sweep of a drill, 125 Hz to 15 kHz: which tone sounds when, and what arrived of it, level and delay by band ([DR16] of
// docs/spec/drill.md). The sweep repeats until the drill ends. Pure: who makes the tones and who listens is the terminal's media room.
import type { BandHeard } from "@parley/protocol/signed/drillReport";

/** The tones, in hertz, in the order in which they sound. */
export const sweepTones = [125, 250, 500, 1000, 2000, 4000, 8000, 12_000, 15_000] as const;

/** How long each tone sounds, and the silence after the last one, milliseconds. */
export const toneLasts = 250;
export const sweepLasts = toneLasts * (sweepTones.length + 1);

/** The tone that sounds `at` milliseconds after the sweep began, or null in its silence. */
export const toneAt = (at: number): number | null => sweepTones[Math.floor((at % sweepLasts) / toneLasts)] ?? null;

/** What a listener hears at one moment: the level at each tone, in dBFS, in the order of `sweepTones`. */
export type Heard = { readonly at: number; readonly levels: readonly number[] };

/** Quieter than this is silence; a tone stands out from the others by at least that. Chosen: 40 dB under the loudest that is sent. */
const floor = -70;
const standsOut = 8;

/** The tone that is heard, as its place in `sweepTones`, or null. */
function loudest({ levels }: Heard): number | null {
  const best = levels.indexOf(Math.max(...levels));
  const level = levels[best] ?? -Infinity;
  if (level < floor) return null;
  const rival = Math.max(...levels.filter((_, i) => i !== best));
  return level - rival >= standsOut ? best : null;
}

export type SweepHeard = {
  readonly bands: readonly BandHeard[];
  /**
   * The receiver's time, modulo `sweepLasts`, at which the sweep was heard to begin; null when too little was heard to tell.
   */
  readonly began: number | null;
};

/** What was heard of the sweep. Total; any list of moments gives an answer. */
export function judgeSweep(moments: readonly Heard[]): SweepHeard {
  const onsets: number[][] = sweepTones.map(() => []);
  const levels: number[] = sweepTones.map(() => -Infinity);
  let before: number | null = null;
  for (const moment of moments) {
    const tone = loudest(moment);
    if (tone !== null) {
      levels[tone] = Math.max(levels[tone] ?? -Infinity, moment.levels[tone] ?? -Infinity);
      if (tone !== before) onsets[tone]?.push(moment.at);
    }
    before = tone;
  }
  // Each onset says when the sweep began, modulo its length; the earliest one of a band counts, since a late poll hears late.
  const beginnings = onsets.map((times, i) => times.map((at) => round(at - i * toneLasts)));
  const all = beginnings.flat();
  const reference = all[0];
  if (reference === undefined) return { bands: sweepTones.map((hz) => ({ hz, below: null, late: 0 })), began: null };
  const offsets = beginnings.map((times) => times.map((at) => signed(at - reference)));
  const earliest = offsets.map((times) => (times.length === 0 ? null : Math.min(...times)));
  const known = earliest.filter((it) => it !== null);
  const first = Math.min(...known);
  const top = Math.max(...levels);
  return {
    bands: sweepTones.map((hz, i) => {
      const offset = earliest[i] ?? null;
      if (offset === null) return { hz, below: null, late: 0 };
      return {
        hz,
        below: Math.min(255, Math.round(top - (levels[i] ?? top))),
        late: Math.min(0xffff, Math.round(offset - first)),
      };
    }),
    began: round(reference + median(known)),
  };
}

const round = (at: number): number => ((at % sweepLasts) + sweepLasts) % sweepLasts;
/** The same difference as the nearest one to zero, modulo the sweep. */
const signed = (difference: number): number => {
  const it = round(difference);
  return it > sweepLasts / 2 ? it - sweepLasts : it;
};
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;

/**
 * By how much the sound came behind the picture, milliseconds, or null: the card's times say by how much the receiver's clock is
 * `ahead` of the sender's, way included, and the sweep began at the sender's time 0.
 */
export const soundBehind = (began: number | null, ahead: number | null): number | null =>
  began === null || ahead === null ? null : signed(began - ahead);

/** Tones that speech and interpreting cannot do without; the others may be lost in a poor path without making it useless. */
export const neededTones: readonly number[] = [250, 500, 1000, 2000, 4000];
