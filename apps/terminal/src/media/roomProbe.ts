// Edge: looks at this room's own camera and listens to its own loudspeakers, for a terminal's test of its room. What the camera shows
// and the microphone hears is judged here, at once and in memory, and then is gone: nothing but the judgement leaves this file
// ([TS2] of docs/spec/selfTest.md). It opens devices of its own, without echo cancellation, which would take away what it listens for.
import { type Clock, type Ms, ms } from "@parley/base/time";
import { type ChirpHeard, chirpLoudness, chirpOf, faintBelow, hear } from "@parley/drill/room/chirp";
import type { Tried } from "@parley/drill/room/judge";
import { type Greys, type PictureJudged, judgePicture } from "@parley/drill/room/picture";

export type RoomProbe = {
  /** What the camera gives, for three seconds; an aborted look ends at once and says what it has. */
  readonly look: (camera: string | null, signal: AbortSignal) => Promise<Tried<PictureJudged>>;
  /** What the microphone hears of a chirp from each of these loudspeakers, "" for the system's own. */
  readonly listen: (
    microphone: string | null,
    speakers: readonly string[],
    signal: AbortSignal,
  ) => Promise<Tried<readonly ChirpHeard[]>>;
};

/** Small enough to be looked at in a moment, large enough to keep a sensor's noise. */
const [width, height] = [160, 90];
const pictures = 10;
const between: Ms = ms(300);
/** The newest samples that are kept to be looked through, the most that browsers keep: 0.68 s at 48 kHz. */
const kept = 32_768;
/** From the chirp's beginning to the look: what loudspeakers and microphones hold back, and the chirp itself. */
const sounds: Ms = ms(600);
/** A loudspeaker that slept needs a moment. */
const warmsUp: Ms = ms(400);
/** The second try sweeps the other way, so that no echo of the first is taken for it. */
const tries = ["up", "down", "up"] as const;

const nameOf = (error: unknown): string => (error instanceof DOMException ? error.name : "AbortError");

export function roomProbe(page: Document, devices: MediaDevices, clock: Clock): RoomProbe {
  /** Ends early where it is aborted. */
  const wait = (time: Ms, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const cancel = clock.wait(time, resolve);
      signal.addEventListener("abort", () => {
        cancel();
        resolve();
      });
    });

  const look: RoomProbe["look"] = async (camera, signal) => {
    const video = { width: { ideal: 640 }, height: { ideal: 360 }, ...(camera === null ? {} : { deviceId: camera }) };
    let stream: MediaStream;
    try {
      stream = await devices.getUserMedia({ video });
    } catch (error) {
      return { at: "refused", why: nameOf(error) };
    }
    const element = page.createElement("video");
    try {
      element.muted = true;
      element.playsInline = true;
      element.srcObject = stream;
      await element.play().catch(() => undefined); // one that never plays gives no pictures, which is the finding
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const seen: Greys[] = [];
      // The first pictures of a camera that was just opened are often dark.
      await wait(between, signal);
      for (let i = 0; i < pictures && !signal.aborted; i++) {
        await wait(between, signal);
        if (context === null || element.readyState < element.HAVE_CURRENT_DATA) continue;
        context.drawImage(element, 0, 0, width, height);
        const { data } = context.getImageData(0, 0, width, height);
        seen.push(
          Uint8ClampedArray.from({ length: width * height }, (_, at) => {
            const [r = 0, g = 0, b = 0] = [data[at * 4], data[at * 4 + 1], data[at * 4 + 2]];
            return 0.299 * r + 0.587 * g + 0.114 * b;
          }),
        );
      }
      return { at: "open", found: judgePicture(seen) };
    } finally {
      element.srcObject = null;
      for (const track of stream.getTracks()) track.stop();
    }
  };

  const listen: RoomProbe["listen"] = async (microphone, speakers, signal) => {
    const audio = {
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
      ...(microphone === null ? {} : { deviceId: microphone }),
    };
    let stream: MediaStream;
    try {
      stream = await devices.getUserMedia({ audio });
    } catch (error) {
      return { at: "refused", why: nameOf(error) };
    }
    const context = new AudioContext();
    try {
      await Promise.race([context.resume().catch(() => undefined), wait(ms(1000), signal)]);
      // A browser that lets the page make no sound lets it ring for nobody either.
      if (context.state !== "running") return { at: "open", found: [{ above: 0, at: 0, level: -60, clipped: 0 }] };
      const ear = new AnalyserNode(context, { fftSize: kept });
      context.createMediaStreamSource(stream).connect(ear);
      const found: ChirpHeard[] = [];
      for (const speaker of speakers)
        if (!signal.aborted) found.push(await chirpThrough(context, ear, speaker, signal));
      return { at: "open", found };
    } finally {
      for (const track of stream.getTracks()) track.stop();
      await context.close().catch(() => undefined);
    }
  };

  /** The best of some tries, by the very way that a ring takes to that loudspeaker. */
  const chirpThrough = async (
    context: AudioContext,
    ear: AnalyserNode,
    speaker: string,
    signal: AbortSignal,
  ): Promise<ChirpHeard> => {
    const out = context.createMediaStreamDestination();
    const element = page.createElement("audio");
    element.srcObject = out.stream;
    let best: ChirpHeard = { above: 0, at: 0, level: -60, clipped: 0 };
    try {
      if (speaker !== "") await element.setSinkId?.(speaker).catch(() => undefined);
      await element.play().catch(() => undefined);
      await wait(warmsUp, signal);
      for (const [i, sweep] of tries.entries()) {
        if (signal.aborted || (i > 0 && best.above >= faintBelow)) break;
        const samples = chirpOf(sweep, context.sampleRate).map((it) => it * chirpLoudness);
        const buffer = context.createBuffer(1, samples.length, context.sampleRate);
        buffer.copyToChannel(samples, 0);
        const source = new AudioBufferSourceNode(context, { buffer });
        source.connect(out);
        source.start();
        await wait(sounds, signal);
        source.disconnect();
        if (signal.aborted) break;
        const recorded = new Float32Array(kept);
        ear.getFloatTimeDomainData(recorded);
        const heard = hear(recorded, context.sampleRate, sweep);
        if (i === 0 || heard.above > best.above) best = heard;
      }
      return best;
    } finally {
      element.srcObject = null;
    }
  };

  return { look, listen };
}
