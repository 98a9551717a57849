// The chirp in rooms made of numbers: noise, echoes, clipping, hums and voices, at the rates of real devices.
import { describe, expect, it } from "vitest";
import { type Sweep, chirpLasts, chirpLoudness, chirpOf, clipsFrom, faintBelow, hear, heardAbove } from "./chirp.ts";

/** Numbers that look random and are the same each time (mulberry32). */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const gauss = (draw: () => number): number => Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw());

type Room = {
  readonly rate?: number;
  readonly sweep?: Sweep | null;
  /** How loud the chirp arrives, decibels of full scale. */
  readonly arrives?: number;
  readonly noise?: number;
  readonly echoes?: readonly (readonly [delay: number, loudness: number])[];
  readonly add?: (t: number) => number;
  readonly gain?: number;
  readonly seed?: number;
};

const loudness = (decibels: number): number => 10 ** (decibels / 20);

/** A recording of 0.68 s in which the chirp begins at 150 ms. */
function recording(room: Room): { samples: Float32Array; rate: number } {
  const { rate = 48_000, sweep = "up", arrives = -45, noise = -65, echoes = [], add, gain = 1, seed = 1 } = room;
  const draw = drawn(seed);
  const samples = Float32Array.from({ length: Math.round(0.68 * rate) }, (_, i) => {
    return gauss(draw) * loudness(noise) + (add?.(i / rate) ?? 0);
  });
  if (sweep !== null)
    for (const [delay, loud] of [[0, 1] as const, ...echoes]) {
      const at = Math.round((0.15 + delay) * rate);
      chirpOf(sweep, rate).forEach((one, i) => {
        if (at + i < samples.length) samples[at + i] = (samples[at + i] ?? 0) + one * loud * loudness(arrives);
      });
    }
  return { samples: samples.map((one) => Math.max(-1, Math.min(1, one * gain))), rate };
}

const heard = (room: Room, sweep: Sweep = "up") => {
  const { samples, rate } = recording(room);
  return hear(samples, rate, sweep);
};

describe("a chirp and its ear", () => {
  it("[TS4] is heard in a quiet room, at the rates of real devices, and when it came", () => {
    for (const rate of [16_000, 44_100, 48_000, 96_000]) {
      const one = heard({ rate });
      expect([rate, one.above > faintBelow, Math.abs(one.at - 150) <= 5]).toEqual([rate, true, true]);
    }
  });

  it("[TS4] is heard under noise as loud as itself, through the echoes of a hard room, and by a microphone that clips", () => {
    const hall = [0.011, 0.019, 0.031, 0.043, 0.058].map((delay, i) => [delay, 0.7 ** (i + 1)] as const);
    for (let seed = 1; seed <= 10; seed++) {
      expect(heard({ seed, noise: -48 }).above).toBeGreaterThanOrEqual(heardAbove);
      expect(heard({ seed, echoes: hall }).above).toBeGreaterThanOrEqual(heardAbove);
      expect(heard({ seed, echoes: hall, noise: -55 }).above).toBeGreaterThanOrEqual(heardAbove);
    }
    const clipped = heard({ arrives: -20, gain: 30 });
    expect(clipped.above).toBeGreaterThanOrEqual(heardAbove);
    expect(clipped.clipped).toBeGreaterThan(clipsFrom);
    expect(heard({}).clipped).toBe(0);
  });

  it("[TS4] is not heard where there is none: in noise, a mains hum, a whistle, a voice, or the other chirp", () => {
    const hum = (t: number): number => 0.1 * Math.sin(2 * Math.PI * 50 * t) + 0.03 * Math.sin(2 * Math.PI * 150 * t);
    const whistle = (t: number): number => 0.1 * Math.sin(2 * Math.PI * 2500 * t);
    // What a telephone, a lift or another program does: tones that come and go in silence, one of them in the chirp's own band.
    const beep =
      (hz: number) =>
      (t: number): number =>
        t % 0.3 < 0.12 ? 0.1 * Math.sin(2 * Math.PI * hz * t) : 0;
    // Vowels: a pulse train with formants, its pitch moving.
    const voice = (t: number): number => {
      const pitch = 2 * Math.PI * (120 * t + 8 * Math.sin(2 * Math.PI * 2 * t));
      let sum = 0;
      for (let n = 1; n <= 30; n++) sum += (Math.sin(n * pitch) / n) * (n > 8 && n < 24 ? 2 : 1);
      return 0.08 * sum;
    };
    for (let seed = 1; seed <= 10; seed++) {
      const none = { sweep: null, seed };
      expect(heard(none).above).toBeLessThan(heardAbove);
      expect(heard({ ...none, noise: -20 }).above).toBeLessThan(heardAbove);
      expect(heard({ ...none, add: hum }).above).toBeLessThan(heardAbove);
      expect(heard({ ...none, add: whistle }).above).toBeLessThan(heardAbove);
      expect(heard({ ...none, add: voice }).above).toBeLessThan(heardAbove);
      for (const hz of [440, 1000, 2500, 4000])
        for (const noise of [-65, -90]) expect(heard({ ...none, noise, add: beep(hz) }).above).toBeLessThan(heardAbove);
      expect(heard({ seed, sweep: "down" }, "up").above).toBeLessThan(heardAbove);
    }
    expect(heard({ sweep: null, noise: -200 })).toMatchObject({ above: 0, level: -120 });
  });

  it("[TS4] any samples give an answer, also none, and none that is no number", () => {
    for (const samples of [[], [1], [NaN, Infinity, -Infinity], Array.from({ length: 40_000 }, () => NaN)]) {
      const one = hear(Float32Array.from(samples), 48_000, "up");
      expect([Number.isFinite(one.above), Number.isFinite(one.at), Number.isFinite(one.level)]).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  it("[TS4] it is soft, lasts a fifth of a second, and begins and ends in silence", () => {
    const chirp = chirpOf("up", 48_000);
    expect(chirp.length).toBe((chirpLasts / 1000) * 48_000);
    expect(Math.abs(chirp[0] ?? 1)).toBeLessThan(1e-6);
    expect(Math.abs(chirp.at(-1) ?? 1)).toBeLessThan(1e-6);
    expect(Math.max(...chirp) * chirpLoudness).toBeLessThanOrEqual(0.05);
  });
});
