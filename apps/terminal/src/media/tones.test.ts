import { describe, expect, it } from "vitest";
import { type Tone, samplesOf } from "./tones.ts";

const all: readonly Tone[] = ["ringing", "ringback", "holding", "connected", "lost", "ended", "alarm", "trial"];
const rate = 48_000;

describe("the sounds of a terminal", () => {
  it("[VW50] each is loud enough to hear, never harsh, begins and ends in silence, and is unlike every other", () => {
    const prints = all.map((tone) => {
      const samples = samplesOf(tone, rate);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      expect([tone, peak > 0.15 && peak < 0.5]).toEqual([tone, true]);
      expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.01);
      expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01);
      // No two samples lie further apart than the steepest wave would have them: nothing clicks.
      const steepest = samples.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (samples[i - 1] ?? 0))), 0);
      expect([tone, steepest < 0.08]).toEqual([tone, true]);
      return samples.slice(0, rate / 2).join();
    });
    expect(new Set(prints).size).toBe(all.length);
  });

  it("what goes on has a pause in each round, so that people can speak across it", () => {
    for (const tone of ["ringing", "ringback", "holding"] as const) {
      const samples = samplesOf(tone, rate);
      expect(samples.slice(-rate).every((sample) => sample === 0)).toBe(true);
    }
  });
});
