// The SFrame header (RFC 9605 section 4.3): one configuration byte, then the key id and the counter where they do not fit in it.
//
//    0 1 2 3 4 5 6 7
//   +-+-----+-+-----+
//   |X|  K  |Y|  C  |   X, Y: whether K, C are lengths less one (1) or the values themselves (0)
//   +-+-----+-+-----+
//
// Numbers are `number` up to 2^53 - 1 and `bigint` only above, so that a frame of a call never meets a BigInt.

/** A whole number from 0 to 2^64 - 1: a `number` when it is at most 2^53 - 1, a `bigint` otherwise. */
export type Uint64 = number | bigint;

export type Header = {
  readonly kid: Uint64;
  readonly ctr: Uint64;
  /** Bytes that the header takes, 1 to 17. */
  readonly length: number;
};

export const maxHeaderBytes = 17;

/** Values below this stand in the configuration byte. */
const inlineBelow = 8;

function widthOf(value: Uint64): number {
  if (typeof value === "bigint") return value < 1n << 56n ? 7 : 8;
  let width = 1;
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) width++;
  return width;
}

function writeBigEndian(out: Uint8Array, at: number, width: number, value: Uint64): void {
  if (typeof value === "bigint") {
    for (let i = width - 1, rest = value; i >= 0; i--, rest >>= 8n) out[at + i] = Number(rest & 0xffn);
    return;
  }
  for (let i = width - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[at + i] = rest % 256;
}

function readBigEndian(bytes: Uint8Array, at: number, width: number): Uint64 {
  let high = 0;
  let low = 0;
  for (let i = 0; i < width; i++) {
    const byte = bytes[at + i] as number;
    if (width - i > 4) high = high * 256 + byte;
    else low = low * 256 + byte;
  }
  return high < 1 << 21 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low);
}

/**
 * Writes the header at `at` and returns its length in bytes; `out` must have `maxHeaderBytes` of room there.
 * Every value has one encoding, the shortest.
 */
export function writeHeader(out: Uint8Array, at: number, kid: Uint64, ctr: Uint64): number {
  let next = at + 1;
  let configuration = 0;
  if (kid < inlineBelow) configuration |= Number(kid) << 4;
  else {
    const width = widthOf(kid);
    configuration |= 0x80 | ((width - 1) << 4);
    writeBigEndian(out, next, width, kid);
    next += width;
  }
  if (ctr < inlineBelow) configuration |= Number(ctr);
  else {
    const width = widthOf(ctr);
    configuration |= 0x08 | (width - 1);
    writeBigEndian(out, next, width, ctr);
    next += width;
  }
  out[at] = configuration;
  return next - at;
}

/**
 * The header that begins at `at`, or null when the bytes end too early or a value is not in its shortest form.
 * Nothing in it is to be believed before the frame's tag has verified.
 */
export function readHeader(bytes: Uint8Array, at = 0): Header | null {
  const configuration = bytes[at];
  if (configuration === undefined) return null;
  let next = at + 1;
  let kid: Uint64 = (configuration >> 4) & 7;
  if (configuration & 0x80) {
    const width = kid + 1;
    if (next + width > bytes.length) return null;
    kid = readBigEndian(bytes, next, width);
    if (kid < inlineBelow || (width > 1 && bytes[next] === 0)) return null;
    next += width;
  }
  let ctr: Uint64 = configuration & 7;
  if (configuration & 0x08) {
    const width = ctr + 1;
    if (next + width > bytes.length) return null;
    ctr = readBigEndian(bytes, next, width);
    if (ctr < inlineBelow || (width > 1 && bytes[next] === 0)) return null;
    next += width;
  }
  return { kid, ctr, length: next - at };
}
