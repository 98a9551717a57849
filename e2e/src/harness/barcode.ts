// A barcode in the camera picture: who is filming, and a number that grows (a frame's place in its loop, or a time stamp).
// It is what makes "sees the other" a fact: a black warm-up frame, a frozen poster or one's own picture cannot pass for it.
//
// 48 cells, 16 columns by 3 rows, over the top third of the picture; white is 1, first cell is the highest bit:
//
//   party 4 | number 32 | CRC-12 over those 36
//
// A cell is a sixteenth of the picture's width: 40 px at 640 wide, 10 px after a relay has scaled it to 160. Encoders at
// 100 kbit/s keep that; the CRC refuses what they do not. Pure: both Node (camera files) and pages (canvas) use it.

export const columns = 16;
const rows = 3;
/** The part of the picture's height that the barcode covers, from the top. */
export const bandOfHeight = 1 / 3;
const cells = columns * rows;
const partyBits = 4;
const numberBits = 32;

/** What one picture says: `party` 1 to 15, `number` 0 to 2^32 - 1. Party 0 is refused: an all-black picture is nobody's. */
export type Barcode = { readonly party: number; readonly number: number };

function crc12(bits: readonly boolean[]): number {
  let crc = 0xfff; // so that all-black does not check
  for (const bit of bits) {
    const high = ((crc >> 11) & 1) === 1;
    crc = (crc << 1) & 0xfff;
    if (high !== bit) crc ^= 0x80f;
  }
  return crc;
}

const bitsOf = (value: number, width: number): boolean[] =>
  Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** (width - 1 - i)) % 2 === 1);

const valueOf = (bits: readonly boolean[]): number => bits.reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);

/** The 48 cells of a barcode, row by row; true is white. */
export function cellsOf(code: Barcode): boolean[] {
  const body = [...bitsOf(code.party, partyBits), ...bitsOf(code.number, numberBits)];
  return [...body, ...bitsOf(crc12(body), 12)];
}

/** What 48 cells say, or null when they are not a whole barcode. */
export function codeOf(read: readonly boolean[]): Barcode | null {
  if (read.length !== cells) return null;
  const body = read.slice(0, partyBits + numberBits);
  if (valueOf(read.slice(partyBits + numberBits)) !== crc12(body)) return null;
  const party = valueOf(body.slice(0, partyBits));
  return party === 0 ? null : { party, number: valueOf(body.slice(partyBits)) };
}

/** The rectangles to paint over a picture of `width` by `height` pixels, all of them, white and black. */
export function rectangles(code: Barcode, width: number, height: number) {
  const edge = (part: number, whole: number, of: number) => Math.round((part * whole) / of);
  return cellsOf(code).map((white, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const x = edge(column, width, columns);
    const y = edge(row, height * bandOfHeight, rows);
    return {
      white,
      x,
      y,
      width: edge(column + 1, width, columns) - x,
      height: edge(row + 1, height * bandOfHeight, rows) - y,
    };
  });
}

/** Pixels a cell is sampled down to, each way, before it is read. */
const samples = 4;
/** Size of the small picture that `readSampled` reads: the band alone, scaled. */
export const sampledWidth = columns * samples;
export const sampledHeight = rows * samples;

/**
 * Reads the band after it was scaled to `sampledWidth` by `sampledHeight`. `luma(x, y)` is 0 to 255. Only a cell's four
 * inner pixels count, so that ringing at its edges does not; a cell in between black and white refuses the picture.
 */
export function readSampled(luma: (x: number, y: number) => number): Barcode | null {
  const read: boolean[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [x, y] = [column * samples + 1, row * samples + 1];
      const mean = (luma(x, y) + luma(x + 1, y) + luma(x, y + 1) + luma(x + 1, y + 1)) / 4;
      if (mean > 100 && mean < 156) return null;
      read.push(mean >= 156);
    }
  return codeOf(read);
}
