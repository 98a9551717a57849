// The terminal's own sounds, made heard: one that goes on (a ring, a ringback, the sign of holding) and marks between, each
// from the loudspeakers chosen for it. A browser may keep a page silent until a person has touched it; then `onBlocked` is
// told, and the first press or key anywhere frees it.
import { type Loop, type Tone, samplesOf } from "./tones.ts";

export type Ringer = {
  /** The sound that goes on from now, or none. Saying the same again changes nothing. */
  readonly loop: (tone: Loop | null) => void;
  readonly once: (tone: Exclude<Tone, Loop>, through?: "call" | "ring") => void;
  /** The loudspeakers of the ring, and that of the call (null is the system's own). */
  readonly through: (ring: readonly string[], call: string | null) => void;
  /** Finds out whether this page may be heard. */
  readonly probe: () => void;
};

export type RingerOptions = {
  readonly page: Document;
  readonly onBlocked: (state: "free" | "blocked") => void;
};

/** A mark is played out by then, ms: what elements and loudspeakers hold back. */
const tail = 500;

/** What was stopped is taken apart so much later, ms. */
const afterwards = 1_000;

/** A ring begins softly and is at its loudest after so many seconds. */
const risesFor = 10;
const begins = 0.25;

type Playing = { readonly stop: () => void };

export function makeRinger({ page, onBlocked }: RingerOptions): Ringer {
  let ring: readonly string[] = [""];
  let call: string | null = null;
  let looping: { readonly tone: Loop; readonly playing: Playing } | null = null;

  /** An element that plays `stream` through that loudspeaker; a refusal to be heard is told, one of the loudspeaker is not. */
  const element = async (stream: MediaStream, speaker: string): Promise<HTMLAudioElement> => {
    const audio = page.createElement("audio");
    audio.srcObject = stream;
    // One that was pulled out this very moment: the system's own is better than none.
    if (speaker !== "") await audio.setSinkId?.(speaker).catch(() => undefined);
    await audio.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") onBlocked("blocked");
    });
    return audio;
  };

  const play = (tone: Tone, speakers: readonly string[], repeats: boolean): Playing => {
    const context = new AudioContext({ latencyHint: "playback" }); // nobody waits for it, and long buffers wake the machine less
    const buffer = context.createBuffer(1, samplesOf(tone, context.sampleRate).length, context.sampleRate);
    buffer.copyToChannel(samplesOf(tone, context.sampleRate), 0);
    const source = new AudioBufferSourceNode(context, { buffer, loop: repeats });
    const gain = new GainNode(context, { gain: tone === "ringing" ? begins : 1 });
    if (tone === "ringing") gain.gain.linearRampToValueAtTime(1, context.currentTime + risesFor);
    const out = context.createMediaStreamDestination();
    source.connect(gain).connect(out);
    const elements = speakers.map((speaker) => element(out.stream, speaker));
    let stopped = false;
    const stop = (): void => {
      if (stopped) return;
      stopped = true;
      page.removeEventListener("pointerdown", wake, true);
      page.removeEventListener("keydown", wake, true);
      // Silent at once; taken apart when the picture that may have ended it is there, since that halts the page.
      gain.disconnect();
      setTimeout(() => {
        for (const each of elements) void each.then((audio) => (audio.srcObject = null));
        void context.close();
      }, afterwards);
    };
    /** A page that was kept silent is heard from the first press on. */
    const wake = (): void => {
      void context.resume();
      for (const each of elements) void each.then((audio) => audio.play().catch(() => undefined));
    };
    if (repeats) {
      page.addEventListener("pointerdown", wake, true);
      page.addEventListener("keydown", wake, true);
    } else setTimeout(stop, buffer.duration * 1000 + tail); // a mark that was kept silent is not made later, out of place
    source.start();
    void context.resume();
    return { stop };
  };

  const through = (tone: Tone): readonly string[] => (tone === "ringing" ? ring : [call ?? ""]);

  const loop = (tone: Loop | null): void => {
    if (looping?.tone === (tone ?? undefined)) return;
    looping?.playing.stop();
    looping = tone === null ? null : { tone, playing: play(tone, through(tone), true) };
  };

  for (const touch of ["pointerdown", "keydown"] as const)
    page.addEventListener(touch, () => onBlocked("free"), { capture: true });

  return {
    loop,
    once: (tone, by = "call") => void play(tone, by === "ring" ? ring : [call ?? ""], false),
    through: (nextRing, nextCall) => {
      if (nextRing.join("\n") === ring.join("\n") && nextCall === call) return;
      ring = nextRing;
      call = nextCall;
      if (looping === null) return;
      const { tone } = looping;
      loop(null);
      loop(tone); // through what is there now
    },
    probe: () => {
      // Nothing is heard of it: a stream whose source never starts.
      const context = new AudioContext();
      const { stream } = context.createMediaStreamDestination();
      void element(stream, "").then((audio) => {
        audio.srcObject = null;
        return context.close();
      });
    },
  };
}
