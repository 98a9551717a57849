// The moving test card of a drill: what picture number `sequence` looks like, as rectangles to paint, and what a picture that
// arrived says ([DR15] of docs/spec/drill.md). Top third: a barcode with the picture's number and the sender's time. Middle: eight
// greys. Bottom: a white field that moves on with each picture. So a picture that is black, frozen, torn between two or faded
// is never taken for a good one. Pure; who paints and who samples is the terminal's media room.

/** Columns and rows of the barcode: 64 cells, the first the highest bit; white is 1. */
const columns = 16;
const rows = 4;
const greys = 8;

const sequenceBits = 24;
const timeBits = 24;
const crcBits = 16;

/** Numbers and times come round after these. */
export const sequenceRound = 2 ** sequenceBits;
export const timeRound = 2 ** timeBits;

/** What a picture of the card says: `at` is the sender's time, milliseconds, modulo `timeRound`. */
export type Card = { readonly sequence: number; readonly at: number };

/** A rectangle to paint, in shares of the picture's width and height; `luma` 0 to 255. */
export type Patch = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly luma: number;
};

const bitsOf = (value: number, width: number): number[] =>
  Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** (width - 1 - i)) % 2);

const valueOf = (bits: readonly number[]): number => bits.reduce((value, bit) => value * 2 + bit, 0);

/** CRC-16/CCITT (polynomial 0x1021, from 0xffff), over bits. */
function crcOf(bits: readonly number[]): number {
  let crc = 0xffff;
  for (const bit of bits) {
    const high = (crc >> 15) & 1;
    crc = (crc << 1) & 0xffff;
    if (high !== bit) crc ^= 0x1021;
  }
  return crc;
}

const cellsOf = ({ sequence, at }: Card): number[] => {
  const body = [...bitsOf(sequence % sequenceRound, sequenceBits), ...bitsOf(at % timeRound, timeBits)];
  return [...body, ...bitsOf(crcOf(body), crcBits)];
};

const greyAt = (i: number): number => 24 + Math.round((i * (232 - 24)) / (greys - 1));

/** Every patch of the picture; together they cover it. */
export function patchesOf(card: Card): readonly Patch[] {
  const third = 1 / 3;
  const bars = cellsOf(card).map((bit, i) => ({
    x: (i % columns) / columns,
    y: (Math.floor(i / columns) / rows) * third,
    width: 1 / columns,
    height: third / rows,
    luma: bit === 1 ? 255 : 0,
  }));
  const scale = Array.from({ length: greys }, (_, i) => ({
    x: i / greys,
    y: third,
    width: 1 / greys,
    height: third,
    luma: greyAt(i),
  }));
  const field = Array.from({ length: greys }, (_, i) => ({
    x: i / greys,
    y: 2 * third,
    width: 1 / greys,
    height: third,
    luma: i === card.sequence % greys ? 235 : 40,
  }));
  return [...bars, ...scale, ...field];
}

/** Size that a picture is scaled down to before it is read: four points across a cell, three down. */
export const sampledWidth = columns * 4;
export const sampledHeight = 36;

/** `none`: no card at all, as the black picture before an answer. */
export type Reading =
  | { readonly at: "card"; readonly card: Card; readonly greyError: number }
  | { readonly at: "torn" }
  | { readonly at: "none" };

/** What the picture says after it was scaled to `sampledWidth` by `sampledHeight`; `luma(x, y)` is 0 to 255. */
export function readCard(luma: (x: number, y: number) => number): Reading {
  const mean = (x: number, y: number, width: number, height: number): number => {
    let sum = 0;
    for (let dx = 0; dx < width; dx++) for (let dy = 0; dy < height; dy++) sum += luma(x + dx, y + dy);
    return sum / (width * height);
  };
  // The two inner columns of a cell and its middle row: the edges are the codec's.
  const cells = Array.from({ length: columns * rows }, (_, i) =>
    mean((i % columns) * 4 + 1, Math.floor(i / columns) * 3 + 1, 2, 1),
  );
  const scale = Array.from({ length: greys }, (_, i) => mean(i * 8 + 2, 14, 4, 8));
  const field = Array.from({ length: greys }, (_, i) => mean(i * 8 + 2, 26, 4, 8));
  if ([...cells, ...scale, ...field].every((it) => it < 24)) return { at: "none" };
  if (cells.some((it) => it > 100 && it < 156)) return { at: "torn" };
  const bits = cells.map((it) => (it >= 156 ? 1 : 0));
  const body = bits.slice(0, sequenceBits + timeBits);
  if (valueOf(bits.slice(sequenceBits + timeBits)) !== crcOf(body)) return { at: "torn" };
  const card = { sequence: valueOf(body.slice(0, sequenceBits)), at: valueOf(body.slice(sequenceBits)) };
  if (field.indexOf(Math.max(...field)) !== card.sequence % greys) return { at: "torn" };
  const errors = scale.map((it, i) => Math.abs(it - greyAt(i)));
  return { at: "card", card, greyError: errors.reduce((sum, it) => sum + it, 0) / greys };
}

/** What has arrived of the card so far. Times are the receiver's, milliseconds. */
export type Seen = {
  readonly read: number;
  readonly torn: number;
  /** The greatest time between two pictures that could be read. */
  readonly gap: number;
  readonly greyError: number;
  readonly first: number | null;
  readonly last: { readonly at: number; readonly card: Card } | null;
  /** By how much the receiver's time was ahead of the sender's for the picture that came quickest. */
  readonly ahead: number | null;
};

export const nothingSeen: Seen = { read: 0, torn: 0, gap: 0, greyError: 0, first: null, last: null, ahead: null };

/** With one more picture, shown at `now`. The same picture shown twice counts once. */
export function see(seen: Seen, reading: Reading, now: number): Seen {
  if (reading.at === "none") return seen;
  if (reading.at === "torn") return { ...seen, torn: seen.torn + 1 };
  if (seen.last?.card.sequence === reading.card.sequence) return seen;
  const ahead = (((now - reading.card.at) % timeRound) + timeRound) % timeRound;
  return {
    read: seen.read + 1,
    torn: seen.torn,
    gap: seen.last === null ? 0 : Math.max(seen.gap, now - seen.last.at),
    greyError: (seen.greyError * seen.read + reading.greyError) / (seen.read + 1),
    first: seen.first ?? now,
    last: { at: now, card: reading.card },
    ahead: seen.ahead === null ? ahead : Math.min(seen.ahead, ahead),
  };
}
