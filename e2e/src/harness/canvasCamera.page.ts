// The bench's camera and microphone, inside the page: getUserMedia answers with a canvas that carries the party's barcode and
// the time it was drawn, 30 pictures a second, and with the party's beep. The same for every rival, so what it costs and how
// it delays cancels out of every ratio. Under it a still
// room and a person who moves a little, as a desk's camera sees: neither an empty picture nor a film.
import { bandOfHeight, rectangles } from "./barcode.ts";
import type { PictureSize } from "./camera.ts";
import { delaysHeard } from "./sound.page.ts";
import { contextZero, nextBeep } from "./soundClock.ts";
import { stampOf } from "./stamp.ts";
import { beepAt, beepPeriod, toneOf } from "./tone.ts";

const frameTime = 1000 / 30;

/** While paused no picture is drawn: what is under way arrives, and sent and received can be counted exactly. */
let paused = false;

export function installCanvasCamera(party: number, size: PictureSize): void {
  if (!window.isSecureContext) return; // about:blank, and pages that could open no camera either
  const none = { beepLag: () => Promise.resolve(0), ownDelays: () => Promise.resolve([]) };
  globalThis.parleyCamera = { pause: (yes) => (paused = yes), ...none };
  const devices = navigator.mediaDevices;
  const own = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints = {}) => {
    const wants = (kind: "audio" | "video") => constraints[kind] !== undefined && constraints[kind] !== false;
    const tracks = [
      ...(wants("video") ? openCamera(party, size) : []),
      ...(wants("audio") ? ((await openMicrophone(party)) ?? (await own({ audio: true })).getAudioTracks()) : []),
    ];
    return new MediaStream(tracks);
  };
}

function openCamera(party: number, { width, height }: PictureSize): MediaStreamTrack[] {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d", { alpha: false });
  if (pen === null) throw new Error("this page has no 2D canvas");
  const room = paintRoom(width, height, party);
  let sequence = 0;
  const draw = (): void => {
    pen.drawImage(room, 0, 0);
    const sway = Math.sin(sequence / 14);
    pen.fillStyle = "#8a6a58"; // a head and shoulders that move as a person who talks does
    pen.beginPath();
    pen.ellipse(
      width * (0.5 + 0.04 * sway),
      height * (0.62 + 0.01 * sway),
      height * 0.13,
      height * 0.17,
      0.1 * sway,
      0,
      7,
    );
    pen.ellipse(width * (0.5 + 0.02 * sway), height * 1.02, height * 0.36, height * 0.26, 0, 0, 7);
    pen.fill();
    const code = { party, number: stampOf(performance.timeOrigin + performance.now(), sequence++) };
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, height * bandOfHeight);
    pen.fillStyle = "#fff";
    for (const r of rectangles(code, width, height)) if (r.white) pen.fillRect(r.x, r.y, r.width, r.height);
  };
  draw();
  // Chromium takes a picture when it is asked to, which is the most even; Firefox has no such question and takes each drawn.
  const asked = "CanvasCaptureMediaStreamTrack" in globalThis;
  const tracks = (asked ? canvas.captureStream(0) : canvas.captureStream()).getVideoTracks();
  const timer = setInterval(() => {
    if (tracks.every((track) => track.readyState === "ended")) return clearInterval(timer);
    if (paused) return;
    draw();
    if (!asked) return;
    for (const track of tracks) if (track instanceof CanvasCaptureMediaStreamTrack) track.requestFrame();
  }, frameTime);
  return tracks.map((track) => keepOpenForClones(track, tracks));
}

/** A clone outlives the track it was made of, as a real camera's does: the canvas is drawn until the last one stops. */
function keepOpenForClones(track: MediaStreamTrack, all: MediaStreamTrack[]): MediaStreamTrack {
  const clone = track.clone.bind(track);
  track.clone = () => {
    const copy = clone();
    all.push(copy);
    return keepOpenForClones(copy, all);
  };
  return track;
}

/** A still room of soft shapes, the same in every run: a seeded generator, so that no run has an easier picture. */
function paintRoom(width: number, height: number, seed: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d", { alpha: false });
  if (pen === null) throw new Error("this page has no 2D canvas");
  let state = seed * 7919;
  const random = () => (state = (state * 48_271 + 11) % 0x7fffffff) / 0x7fffffff;
  const light = pen.createLinearGradient(0, 0, width, height);
  light.addColorStop(0, "#d8d4cc");
  light.addColorStop(1, "#6d7178");
  pen.fillStyle = light;
  pen.fillRect(0, 0, width, height);
  for (let i = 0; i < 40; i++) {
    pen.fillStyle = `hsl(${20 + random() * 200} ${random() * 30}% ${20 + random() * 60}% / 0.6)`;
    pen.fillRect(
      random() * width,
      random() * height,
      (0.05 + random() * 0.2) * width,
      (0.05 + random() * 0.2) * height,
    );
  }
  return canvas;
}

/** An audio context that runs, or null: Firefox's never does on a machine without a sound device. */
export async function runningAudio(): Promise<AudioContext | null> {
  const audio = new AudioContext();
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500));
  if (await Promise.race([audio.resume().then(() => true), late])) return audio;
  void audio.close();
  return null;
}

/** The party's beep; null where Web Audio does not run, and then the browser's own fake microphone has to do. */
async function openMicrophone(party: number): Promise<MediaStreamTrack[] | null> {
  const audio = await runningAudio();
  if (audio === null) return null;
  const out = audio.createMediaStreamDestination();
  const beep = audio.createBuffer(1, audio.sampleRate * beepPeriod, audio.sampleRate);
  const samples = beep.getChannelData(0);
  for (let i = 0; i < samples.length; i++) {
    const t = i / audio.sampleRate;
    samples[i] = 0.4 * beepAt(t) * Math.sin(2 * Math.PI * toneOf(party) * t);
  }
  const source = new AudioBufferSourceNode(audio, { buffer: beep, loop: true });
  source.connect(out);
  // On whole periods of the wall clock, so that whoever hears a beep knows how late it is.
  const zero = await contextZero(audio);
  source.start(nextBeep(zero, audio.currentTime, 0.05));
  // A starved machine stretches the context's time; by how much is asked when a delay is measured.
  globalThis.parleyCamera.beepLag = async () => (audio.state === "running" ? (await contextZero(audio)) - zero : 0);
  const tracks = out.stream.getAudioTracks();
  globalThis.parleyCamera.ownDelays = async (listen) => {
    const ear = await runningAudio();
    if (ear === null || audio.state !== "running") return [];
    const delays = await delaysHeard(ear, out.stream, listen);
    await ear.close();
    return delays;
  };
  const timer = setInterval(() => {
    if (tracks.some((track) => track.readyState === "live")) return;
    clearInterval(timer);
    void audio.close();
  }, 1000);
  return tracks.map((track) => keepOpenForClones(track, tracks));
}
