// What a camera gives, judged from a few small pictures' greys, which are looked at and forgotten in the room ([TS3] of
// docs/spec/selfTest.md): black, covered, frozen, or good. Every sensor has noise, so that two pictures of a still room are never equal.

/** Greys of one picture, row by row, 0 to 255, and all of one size. */
export type Greys = Uint8ClampedArray;

export type PictureJudged = {
  readonly is: "good" | "black" | "covered" | "frozen" | "none";
  /** Mean grey, 0 to 255; how far greys differ within a picture; the mean change from one picture to the next, in thousandths. */
  readonly mean: number;
  readonly spread: number;
  readonly moved: number;
  /** How many pictures came. */
  readonly pictures: number;
};

/** Darker than this there is nothing to be seen: a room by night with one lamp has more. */
const blackBelow = 12;
/** And nothing brighter than this stands out in it, a screen or a window. */
const nothingAbove = 40;
/** Flatter than this is no room: a cap, a hand or a sticker before the lens. Fog and a white wall have edges and corners with more. */
const flatBelow = 2;
/** Fewer pictures than this prove nothing about moving. */
const enough = 5;

const mean = (of: Greys): number => of.reduce((sum, it) => sum + it, 0) / Math.max(1, of.length);

/** The standard deviation of means of blocks: sensor noise has none between blocks, a room has. */
function spreadOf(picture: Greys): number {
  const block = Math.max(1, Math.floor(picture.length / 64));
  const blocks: number[] = [];
  for (let at = 0; at + block <= picture.length; at += block) blocks.push(mean(picture.subarray(at, at + block)));
  const middle = blocks.reduce((sum, it) => sum + it, 0) / Math.max(1, blocks.length);
  return Math.sqrt(blocks.reduce((sum, it) => sum + (it - middle) ** 2, 0) / Math.max(1, blocks.length));
}

/** The level that only a hundredth of the picture is brighter than. */
function brightest(picture: Greys): number {
  const sorted = picture.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

export function judgePicture(pictures: readonly Greys[]): PictureJudged {
  const last = pictures.at(-1);
  if (last === undefined || last.length === 0)
    return { is: "none", mean: 0, spread: 0, moved: 0, pictures: pictures.length };
  let moved = 0;
  for (let i = 1; i < pictures.length; i++) {
    const [before, after] = [pictures[i - 1] ?? last, pictures[i] ?? last];
    moved += after.reduce((sum, it, at) => sum + Math.abs(it - (before[at] ?? 0)), 0) / after.length;
  }
  const found = {
    mean: Math.round(mean(last)),
    spread: Math.round(spreadOf(last)),
    moved: Math.round((moved / Math.max(1, pictures.length - 1)) * 1000),
    pictures: pictures.length,
  };
  const isBlack = mean(last) < blackBelow && brightest(last) < nothingAbove;
  if (isBlack) return { is: "black", ...found };
  // One that gives too few pictures stands still, too.
  if (pictures.length < enough || moved === 0) return { is: "frozen", ...found };
  return { is: spreadOf(last) < flatBelow ? "covered" : "good", ...found };
}
