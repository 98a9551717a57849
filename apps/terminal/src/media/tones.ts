// How each sound of a terminal sounds, as samples: rings and marks that nobody mistakes for speech or for one another, with
// soft edges, since a click is what people hear of a hard one. Pure.

export type Loop = "ringing" | "ringback" | "holding";
export type Cue = "connected" | "lost" | "ended" | "alarm" | "trial";
export type Tone = Loop | Cue;

/** A stretch of sound: from, to (seconds) and the pitches that sound together (Hz). */
type Note = readonly [from: number, to: number, ...hz: number[]];

type Score = {
  /** Length with the pause after it, seconds. */ readonly lasts: number;
  readonly notes: readonly Note[];
};

/** A warble of two pitches in bursts, as a telephone's bell has it. */
const bell = (from: number): readonly Note[] =>
  Array.from({ length: 8 }, (_, i): Note => [from + i * 0.1, from + (i + 1) * 0.1, i % 2 === 0 ? 784 : 988]);

const scores: Readonly<Record<Tone, Score>> = {
  ringing: { lasts: 3, notes: [...bell(0), ...bell(1)] },
  ringback: { lasts: 4, notes: [[0, 1, 425, 450]] },
  holding: {
    lasts: 6,
    notes: [
      [0, 0.15, 440],
      [0.25, 0.4, 440],
    ],
  },
  connected: {
    lasts: 0.5,
    notes: [
      [0, 0.12, 523],
      [0.14, 0.35, 784],
    ],
  },
  lost: {
    lasts: 0.8,
    notes: [
      [0, 0.2, 587],
      [0.25, 0.6, 392],
    ],
  },
  ended: {
    lasts: 0.9,
    notes: [
      [0, 0.15, 523],
      [0.2, 0.35, 440],
      [0.4, 0.7, 349],
    ],
  },
  alarm: {
    lasts: 1,
    notes: [
      [0, 0.15, 880],
      [0.2, 0.35, 880],
      [0.4, 0.7, 660],
    ],
  },
  trial: { lasts: 1.3, notes: [[0, 1.2, 440, 660]] },
};

/** Each pitch alone reaches this; the loudest tone stays under half of full scale. */
const loudness = 0.22;
const edge = 0.012; // seconds

/** One round of the tone. */
export function samplesOf(tone: Tone, sampleRate: number): Float32Array<ArrayBuffer> {
  const { lasts, notes } = scores[tone];
  const samples = new Float32Array(Math.round(lasts * sampleRate));
  for (const [from, to, ...pitches] of notes) {
    const [first, last] = [Math.round(from * sampleRate), Math.round(to * sampleRate)];
    for (let i = first; i < last; i++) {
      const t = (i - first) / sampleRate;
      const soft = Math.min(1, t / edge, (last - i) / sampleRate / edge);
      for (const hz of pitches)
        samples[i] = (samples[i] ?? 0) + loudness * Math.max(0, soft) * Math.sin(2 * Math.PI * hz * t);
    }
  }
  return samples;
}
