// The tone sweep as a track, and what arrives of the other side's, by band. Nothing of it is ever played in the room: the tones go
// into a track alone, and what arrives is analysed and not heard. Which tone sounds when is packages/drill's.
import type { Clock, Ms } from "@parley/base/time";
import { ms } from "@parley/base/time";
import { type Heard, sweepLasts, sweepTones, toneLasts } from "@parley/drill/sweep";

export type SweepTrack = {
  readonly track: MediaStreamTrack;
  /** Milliseconds since the sweep began, by the clock. */
  readonly at: () => number;
  /** Whether the browser lets the page make sound at all. */
  readonly sounds: () => boolean;
  readonly context: AudioContext;
  readonly stop: () => void;
};

/** Sweeps that are laid out beforehand: longer than any drill. */
const sweeps = 80;
const loudness = 0.25;
/** Each tone comes and goes over this long, seconds, so that it does not click. */
const ramp = 0.01;

export function sweepTrack(clock: Clock): SweepTrack {
  const context = new AudioContext({ latencyHint: "interactive" });
  void context.resume().catch(() => undefined); // refused without a person's touch: `sounds` tells
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  const out = context.createMediaStreamDestination();
  oscillator.connect(gain).connect(out);
  const lead = 0.1;
  const begins = context.currentTime + lead;
  const began = clock.elapsed() + lead * 1000;
  gain.gain.setValueAtTime(0, context.currentTime);
  for (let sweep = 0; sweep < sweeps; sweep++)
    sweepTones.forEach((hz, i) => {
      const from = begins + (sweep * sweepLasts + i * toneLasts) / 1000;
      const to = from + toneLasts / 1000;
      oscillator.frequency.setValueAtTime(hz, from);
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(loudness, from + ramp);
      gain.gain.setValueAtTime(loudness, to - ramp);
      gain.gain.linearRampToValueAtTime(0, to);
    });
  oscillator.start();
  const track = out.stream.getAudioTracks()[0];
  if (track === undefined) throw new Error("an audio graph gave no track");
  return {
    track,
    at: () => clock.elapsed() - began,
    sounds: () => context.state === "running",
    context,
    stop: () => {
      oscillator.stop();
      track.stop();
      void context.close().catch(() => undefined);
    },
  };
}

export type SweepListener = {
  readonly listen: (track: MediaStreamTrack | null) => void;
  readonly heard: () => readonly Heard[];
  readonly stop: () => void;
};

/** A tone lasts for ten of these. */
const listensEvery: Ms = ms(25);
/** 43 ms at 48 kHz: short beside a tone, long enough to tell 125 Hz from 250. */
const window = 2048;
/** Moments that are kept: half a minute. */
const most = 1200;

export function sweepListener(page: Document, clock: Clock, context: AudioContext): SweepListener {
  const analyser = context.createAnalyser();
  analyser.fftSize = window;
  analyser.smoothingTimeConstant = 0;
  const bins = new Float32Array(analyser.frequencyBinCount);
  const widthOfBin = context.sampleRate / window;
  // Chromium feeds a remote track into an audio graph only while some element plays it, which this one does in silence.
  const element = page.createElement("audio");
  element.muted = true;
  let source: MediaStreamAudioSourceNode | null = null;
  let heard: Heard[] = [];
  let shown: MediaStreamTrack | null = null;
  let stopped = false;

  const levelAt = (hz: number): number => {
    const [from, to] = [Math.floor((hz * 0.94) / widthOfBin), Math.ceil((hz * 1.06) / widthOfBin)];
    let level = -200;
    for (let bin = from; bin <= to; bin++) level = Math.max(level, bins[bin] ?? -200);
    return Number.isFinite(level) ? level : -200;
  };
  const listen = (): void => {
    if (stopped) return;
    if (source !== null) {
      analyser.getFloatFrequencyData(bins);
      heard.push({ at: clock.elapsed(), levels: sweepTones.map(levelAt) });
      if (heard.length > most) heard = heard.slice(-most);
    }
    clock.wait(listensEvery, listen);
  };
  listen();

  return {
    listen: (track) => {
      if (track === shown) return;
      shown = track;
      source?.disconnect();
      source = null;
      element.srcObject = null;
      if (track === null) return;
      const stream = new MediaStream([track]);
      element.srcObject = stream;
      element.play().catch(() => undefined); // another track has come meanwhile
      source = context.createMediaStreamSource(stream);
      source.connect(analyser);
    },
    heard: () => heard,
    stop: () => {
      stopped = true;
      source?.disconnect();
      element.srcObject = null;
    },
  };
}
