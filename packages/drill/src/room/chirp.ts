// A soft chirp and its ear: a short sweep that a loudspeaker plays and the microphone of the same room should hear, found in what was
// recorded by a matched filter ([TS4] of docs/spec/selfTest.md). What counts is how much of the sound at its best moment is the chirp,
// so that neither loudness nor a room's noise decides, and a hum, a beep or a voice is no chirp.
import { type Ms, ms } from "@parley/base/time";

/** Long enough for a matched filter to gain 25 dB over noise, short and soft enough not to startle whoever sleeps near. */
export const chirpLasts: Ms = ms(200);
/** Between what small loudspeakers can do and what room microphones still hear. */
const [low, high] = [1200, 4800];
/** Of full scale: 26 dB under it. */
export const chirpLoudness = 0.05;
/** It comes and goes over this part of its length, so that it does not click and matches itself nowhere else. */
const ramp = 0.15;

export type Sweep = "up" | "down";

/** The chirp at full scale, at a sample rate in hertz. Up and down match each other badly, which tells an echo of the one from the other. */
export function chirpOf(sweep: Sweep, rate: number): Float32Array<ArrayBuffer> {
  const length = Math.round((chirpLasts / 1000) * rate);
  const seconds = length / rate;
  const [from, to] = sweep === "up" ? [low, high] : [high, low];
  return Float32Array.from({ length }, (_, i) => {
    const t = i / rate;
    const phase = 2 * Math.PI * (from * t + ((to - from) * t * t) / (2 * seconds));
    const edge = Math.min(1, i / (ramp * length), (length - 1 - i) / (ramp * length));
    return Math.sin(phase) * Math.sin((Math.PI / 2) * Math.max(0, edge)) ** 2;
  });
}

/** What was heard of a chirp in a recording. */
export type ChirpHeard = {
  /** How much of what sounds there is the chirp, decibels over what noise alone would be of it; 0 where nothing was recorded. */
  readonly above: number;
  /** When it began, milliseconds after the recording did. */
  readonly at: number;
  /** How loud the recording is as a whole, decibels of full scale; -120 for digital silence. */
  readonly level: number;
  /** The part of all samples that stands at full scale, 0 to 1. */
  readonly clipped: number;
};

/** Above this a match is the chirp: white noise of a second reaches 12 dB, a voice or a hum no more. */
export const heardAbove = 16;
/** Below this it is heard, and so faintly that a ring may not be. */
export const faintBelow = 19;
/** Quieter than this a microphone gives nothing: every analogue one has noise of its own. */
export const silentBelow = -100;
/** From this part of clipped samples on a microphone makes speech hard to follow. */
export const clipsFrom = 0.01;

/** The rate at which it is looked for, near enough: the chirp has nothing above 5 kHz. */
const looksAt = 12_000;

/** Every n-th sample, after the mean of n, which is low-pass enough for a yes or no. */
function thinned(samples: Float32Array, by: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: Math.floor(samples.length / by) }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < by; k++) sum += samples[i * by + k] ?? 0;
    return sum / by;
  });
}

/** Less the mean of a millisecond around each sample: what is left of a mains hum is nothing, of the chirp nearly all. */
function withoutHum(samples: Float32Array): Float32Array<ArrayBuffer> {
  const half = 6;
  let sum = 0;
  for (let i = 0; i < half; i++) sum += samples[i] ?? 0;
  return Float32Array.from(samples, (sample, i) => {
    sum += (samples[i + half] ?? 0) - (samples[i - half - 1] ?? 0);
    return sample - sum / (2 * half + 1);
  });
}

/** What was heard of that chirp in `recorded`, at `rate` hertz. Total; any samples give an answer. */
export function hear(recorded: Float32Array, rate: number, sweep: Sweep): ChirpHeard {
  const by = Math.max(1, Math.floor(rate / looksAt));
  const power =
    recorded.reduce((sum, it) => sum + (Number.isFinite(it) ? it * it : 0), 0) / Math.max(1, recorded.length);
  const level = power === 0 ? -120 : Math.max(-120, 10 * Math.log10(power));
  const clipped = recorded.reduce((n, it) => n + (Math.abs(it) >= 0.98 ? 1 : 0), 0) / Math.max(1, recorded.length);
  const quiet = { above: 0, at: 0, level: Math.round(level), clipped };
  const chirp = withoutHum(thinned(chirpOf(sweep, rate), by));
  const sound = withoutHum(thinned(recorded, by).map((sample) => (Number.isFinite(sample) ? sample : 0)));
  const moments = sound.length - chirp.length + 1;
  if (moments < 2 * chirp.length || level < silentBelow) return quiet;
  const own = chirp.reduce((sum, sample) => sum + sample * sample, 0);
  let [best, bestAt] = [0, 0];
  let energy = 0;
  for (let i = 0; i < chirp.length; i++) energy += (sound[i] ?? 0) ** 2;
  for (let at = 0; at < moments; at++) {
    let sum = 0;
    for (let i = 0; i < chirp.length; i++) sum += (sound[at + i] ?? 0) * (chirp[i] ?? 0);
    // How much of what sounds at that moment is the chirp: a beep in silence is loud there and nothing of it.
    const part = (sum * sum) / (own * Math.max(energy, 1e-12));
    if (part > best) [best, bestAt] = [part, at];
    energy += (sound[at + chirp.length] ?? 0) ** 2 - (sound[at] ?? 0) ** 2;
  }
  if (best === 0) return quiet;
  const above = Math.max(0, 10 * Math.log10(best * chirp.length));
  return { ...quiet, above: Math.round(above), at: Math.round((bestAt * by * 1000) / rate) };
}
