// What is heard in a page: the loudest pitch of what its elements play, and how late the other's beeps arrive.
import type { Heard } from "./meterTypes.ts";
import { beepBegins, contextZero, sinceBeep } from "./soundClock.ts";

const now = (): number => performance.timeOrigin + performance.now();

/** The sound tracks that the page's elements play aloud. */
export const soundPlayed = (): MediaStreamTrack[] =>
  [...document.querySelectorAll<HTMLMediaElement>("audio, video")]
    .filter((element) => !element.muted)
    .flatMap((element) => (element.srcObject instanceof MediaStream ? element.srcObject.getAudioTracks() : []));

export async function loudest(audio: AudioContext, stream: MediaStream, listen: number): Promise<Heard> {
  const analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
  audio.createMediaStreamSource(stream).connect(analyser);
  const heard = { level: -Infinity, hz: 0 };
  const spectrum = new Float32Array(analyser.frequencyBinCount);
  for (const until = now() + listen; now() < until; await new Promise((r) => setTimeout(r, 50))) {
    analyser.getFloatFrequencyData(spectrum);
    const peak = spectrum.reduce((best, value, bin) => (value > (spectrum[best] ?? -Infinity) ? bin : best), 0);
    const level = spectrum[peak] ?? -Infinity;
    if (level > heard.level) Object.assign(heard, { level, hz: (peak * audio.sampleRate) / analyser.fftSize });
  }
  return { level: 10 ** (heard.level / 20), hz: heard.level === -Infinity ? null : heard.hz };
}

/** The delay of every beep whose beginning is heard within `listen` ms, each once. */
export async function delaysHeard(audio: AudioContext, stream: MediaStream, listen: number): Promise<number[]> {
  const analyser = new AnalyserNode(audio, { fftSize: 8192 });
  audio.createMediaStreamSource(stream).connect(analyser);
  const zero = await contextZero(audio);
  const samples = new Float32Array(analyser.fftSize);
  const begins: number[] = [];
  for (const until = now() + listen; now() < until; await new Promise((r) => setTimeout(r, 40))) {
    analyser.getFloatTimeDomainData(samples);
    const end = audio.currentTime;
    const at = beepBegins(samples, audio.sampleRate / 20);
    if (at === null) continue;
    const begun = zero + (end - (samples.length - at) / audio.sampleRate) * 1000;
    if (begun - (begins.at(-1) ?? 0) > 100) begins.push(begun);
  }
  return begins.map(sinceBeep);
}
