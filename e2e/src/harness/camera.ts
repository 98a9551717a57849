// Camera and microphone files for Chromium's fake devices, so that the product's own code opens them unpatched: a one-second
// loop of pictures with the party's barcode (its number is the frame's place in the loop), and the party's beep.
// The files are made on the fly; nothing of this size belongs in a repository.
import { open, writeFile } from "node:fs/promises";
import { type Barcode, rectangles } from "./barcode.ts";
import { beepAt, toneOf } from "./tone.ts";

export type PictureSize = { readonly width: number; readonly height: number };
export const small: PictureSize = { width: 640, height: 360 };
export const large: PictureSize = { width: 1280, height: 720 };

/** Pictures a second, and in the loop. */
export const loopFrames = 30;

/** Writes the loop of one party's camera as YUV4MPEG2 4:2:0: 10 MB at 640x360, 41 MB at 1280x720, at 30 pictures a second. */
export async function writeCamera(
  path: string,
  party: number,
  { width, height }: PictureSize,
  pace = loopFrames,
): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.write(`YUV4MPEG2 W${width} H${height} F${pace}:1 Ip A1:1 C420jpeg\n`);
    for (let number = 0; number < pace; number++) {
      await file.write("FRAME\n");
      await file.write(picture({ party, number }, pace, width, height));
    }
  } finally {
    await file.close();
  }
}

function picture({ party, number }: Barcode, pace: number, width: number, height: number): Uint8Array {
  const luma = width * height;
  const frame = new Uint8Array(luma + luma / 2);
  const shift = (number * width) / pace;
  // A slope that moves by a whole width in a loop: motion for the encoder, without a jump where the loop closes.
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) frame[y * width + x] = 40 + (((x + shift + y) % width) / width) * 160;
  for (const r of rectangles({ party, number }, width, height))
    for (let y = r.y; y < r.y + r.height; y++)
      frame.fill(r.white ? 235 : 16, y * width + r.x, y * width + r.x + r.width);
  frame.fill(128 + 24 * (party % 4) - 36, luma, luma + luma / 4);
  frame.fill(128, luma + luma / 4);
  return frame;
}

/** What is wrong with a camera. */
export type Fault = "black" | "covered" | "frozen";

/** Writes the loop of a camera that is amiss: one that sees nothing, one with a hand before it, or one that stands still. */
export async function writeFaultyCamera(path: string, fault: Fault, { width, height }: PictureSize): Promise<void> {
  const luma = width * height;
  const file = await open(path, "w");
  // The grain of a sensor, the same in each run.
  let state = 7;
  const grain = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 29;
  try {
    await file.write(`YUV4MPEG2 W${width} H${height} F${loopFrames}:1 Ip A1:1 C420jpeg\n`);
    const still = picture({ party: 1, number: 0 }, loopFrames, width, height);
    for (let number = 0; number < loopFrames; number++) {
      const dim = new Uint8Array(luma + luma / 2).fill(128, luma);
      for (let i = 0; i < luma; i++) dim[i] = (fault === "black" ? 14 : 90) + grain();
      await file.write("FRAME\n");
      await file.write(fault === "frozen" ? still : dim);
    }
  } finally {
    await file.close();
  }
}

const sampleRate = 48_000;

/** Writes the loop of one party's microphone as 16-bit mono WAV, one second. */
export const writeMicrophone = (path: string, party: number): Promise<void> =>
  writeSound(path, 1, (t) => 0.4 * beepAt(t) * Math.sin(2 * Math.PI * toneOf(party) * t));

/**
 * A room in which somebody speaks for two seconds and is silent for two: harmonics of a voice that glides, in syllables. For
 * what must not tell the one from the other.
 */
export const writeSpeech = (path: string): Promise<void> =>
  writeSound(path, 4, (t) => {
    if (t >= 2) return 0;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.5 * t));
    const phase = 2 * Math.PI * (140 * t + 6 * Math.sin(2 * Math.PI * 1.3 * t));
    const voice = [1, 2, 3, 5, 8, 13, 17].reduce((sum, n) => sum + Math.sin(n * phase) / n, 0);
    return 0.25 * syllable * voice;
  });

/** A loop as 16-bit mono WAV; `levelAt` is -1 to 1 at a time in seconds. */
async function writeSound(path: string, seconds: number, levelAt: (t: number) => number): Promise<void> {
  const samples = sampleRate * seconds;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22); // one channel
  wav.writeUInt32LE(sampleRate, 24);
  wav.writeUInt32LE(sampleRate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) wav.writeInt16LE(Math.round(levelAt(i / sampleRate) * 32_767), 44 + 2 * i);
  await writeFile(path, wav);
}
