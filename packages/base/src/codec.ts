// The wire language of everything Parley signs or sends between stations: the TLS presentation language of
// RFC 8446 section 3, with a bound on every vector. Decoding is total: any bytes give a value or a `DecodeError`,
// and each value has exactly one encoding, so that what was signed can be encoded again and compared.
import { type Bytes, fromUtf8, utf8 } from "./bytes.ts";
import { type Result, fail, ok } from "./result.ts";

/** Why bytes are not an encoding: what was wrong, and the offset in bytes from the start of the whole input. */
export type DecodeError = { readonly reason: string; readonly at: number };

class Refusal extends Error {
  readonly at: number;
  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

/** Reads forward through bytes; only codecs hold one. */
export class Reader {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  at: number;
  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }
  get left(): number {
    return this.end - this.at;
  }
  take(length: number): Bytes {
    if (length > this.left) throw new Refusal(`needs ${length} bytes, has ${this.left}`, this.at);
    const part = this.bytes.slice(this.at, this.at + length);
    this.at += length;
    return part;
  }
  uint(width: number): number {
    if (width > this.left) throw new Refusal(`needs ${width} bytes, has ${this.left}`, this.at);
    let n = 0;
    for (const end = this.at + width; this.at < end; this.at++) n = n * 256 + (this.bytes[this.at] ?? 0);
    return n;
  }
  /** A reader over the next `length` bytes, which this one then has passed. */
  inner(length: number): Reader {
    if (length > this.left) throw new Refusal(`needs ${length} bytes, has ${this.left}`, this.at);
    const reader = new Reader(this.bytes, this.at, this.at + length);
    this.at += length;
    return reader;
  }
  refuse(reason: string): never {
    throw new Refusal(reason, this.at);
  }
}

/** Bytes in the making, in one piece that grows; only codecs hold one. */
export class Writer {
  private bytes: Bytes = new Uint8Array(128);
  private at = 0;
  push(part: Uint8Array): void {
    const at = this.room(part.length);
    this.bytes.set(part, at);
  }
  /** Big-endian; `value` is a whole number that fits. */
  uint(value: number, width: number): void {
    const at = this.room(width);
    this.putUint(at, value, width);
  }
  /** What `fill` writes behind its length, which takes `width` bytes and is at most `max`. */
  behindLength(width: number, max: number, fill: () => void): void {
    const start = this.room(width);
    fill();
    const length = this.at - start - width;
    if (length > max) throw new RangeError(`${length} bytes of items, at most ${max}`);
    this.putUint(start, length, width);
  }
  whole(): Bytes {
    return this.bytes.slice(0, this.at);
  }
  private putUint(at: number, value: number, width: number): void {
    for (let i = at + width - 1, n = value; i >= at; i--, n = Math.floor(n / 256)) this.bytes[i] = n % 256;
  }
  /** Where the next `length` bytes go. */
  private room(length: number): number {
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) {
      const wider = new Uint8Array(Math.max(this.at, 2 * this.bytes.length));
      wider.set(this.bytes.subarray(0, start));
      this.bytes = wider;
    }
    return start;
  }
}

/** One wire type: how a value is written, and how it is read back. `write` throws only for values its type or bound forbids. */
export type Codec<T> = {
  readonly write: (value: T, out: Writer) => void;
  readonly read: (from: Reader) => T;
};

/** The type of values that a codec carries. */
export type Of<C> = C extends Codec<infer T> ? T : never;

export function encode<T>(codec: Codec<T>, value: T): Bytes {
  const out = new Writer();
  codec.write(value, out);
  return out.whole();
}

/** Decodes the whole of `bytes`; bytes left over are an error. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): Result<T, DecodeError> {
  const reader = new Reader(bytes);
  try {
    const value = codec.read(reader);
    if (reader.left > 0) return fail({ reason: `${reader.left} bytes left over`, at: reader.at });
    return ok(value);
  } catch (error) {
    if (error instanceof Refusal) return fail({ reason: error.message, at: error.at });
    throw error;
  }
}

/** An unsigned whole number of `width` bytes, 1 to 6, big-endian. */
export function uint(width: 1 | 2 | 3 | 4 | 6): Codec<number> {
  const limit = 2 ** (8 * width);
  return {
    write: (value, out) => {
      if (!Number.isInteger(value) || value < 0 || value >= limit)
        throw new RangeError(`${value} is not a uint${8 * width}`);
      out.uint(value, width);
    },
    read: (from) => from.uint(width),
  };
}
export const uint8 = uint(1);
export const uint16 = uint(2);
export const uint32 = uint(4);
/** 48 bits: enough for milliseconds until the year 10889, and exact in a JavaScript number. */
export const uint48 = uint(6);

export const uint64: Codec<bigint> = {
  write: (value, out) => {
    const bytes = new Uint8Array(8);
    if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} is not a uint64`);
    new DataView(bytes.buffer).setBigUint64(0, value);
    out.push(bytes);
  },
  read: (from) => new DataView(from.take(8).buffer).getBigUint64(0),
};

export const bool: Codec<boolean> = {
  write: (value, out) => out.uint(value ? 1 : 0, 1),
  read: (from) => {
    const byte = from.uint(1);
    return byte === 1 ? true : byte === 0 ? false : from.refuse(`${byte} is not 0 or 1`);
  },
};

/** Exactly `length` bytes, without a length on the wire. */
export function fixed<T extends Bytes = Bytes>(length: number): Codec<T> {
  return {
    write: (value, out) => {
      if (value.length !== length) throw new RangeError(`${value.length} bytes where ${length} are due`);
      out.push(value);
    },
    read: (from) => from.take(length) as T,
  };
}

const widthFor = (max: number): 1 | 2 | 3 | 4 => (max < 1 << 8 ? 1 : max < 1 << 16 ? 2 : max < 1 << 24 ? 3 : 4);

/** Up to `max` bytes behind their length; the length's width follows from `max`, as in RFC 8446 section 3.4. */
export function opaque(max: number, min = 0): Codec<Bytes> {
  const width = widthFor(max);
  return {
    write: (value, out) => {
      if (value.length < min || value.length > max) throw new RangeError(`${value.length} bytes, not ${min} to ${max}`);
      out.uint(value.length, width);
      out.push(value);
    },
    read: (from) => {
      const length = from.uint(width);
      if (length < min || length > max) from.refuse(`${length} bytes, not ${min} to ${max}`);
      return from.take(length);
    },
  };
}

/** UTF-8 text of up to `max` bytes; ill-formed UTF-8 is refused. */
export function text(max: number): Codec<string> {
  const bytes = opaque(max);
  return {
    write: (value, out) => bytes.write(utf8(value), out),
    read: (from) => fromUtf8(bytes.read(from)) ?? from.refuse("not UTF-8"),
  };
}

/** Up to `max` items, behind the length in bytes of them all (at most `maxBytes`). */
export function list<T>(item: Codec<T>, max: number, maxBytes = 0xffffff): Codec<readonly T[]> {
  const width = widthFor(maxBytes);
  return {
    write: (values, out) => {
      if (values.length > max) throw new RangeError(`${values.length} items, at most ${max}`);
      out.behindLength(width, maxBytes, () => {
        for (const value of values) item.write(value, out);
      });
    },
    read: (from) => {
      const length = from.uint(width);
      if (length > maxBytes) from.refuse(`${length} bytes of items, at most ${maxBytes}`);
      const inner = from.inner(length);
      const values: T[] = [];
      while (inner.left > 0) {
        if (values.length === max) inner.refuse(`more than ${max} items`);
        values.push(item.read(inner));
      }
      return values;
    },
  };
}

/** Nothing (0) or one value (1 and the value), as RFC 9420 section 2.1.1 has it. */
export function optional<T>(item: Codec<T>): Codec<T | null> {
  return {
    write: (value, out) => {
      bool.write(value !== null, out);
      if (value !== null) item.write(value, out);
    },
    read: (from) => (bool.read(from) ? item.read(from) : null),
  };
}

/** The fields in the order they are named here. */
export function struct<T extends object>(fields: { readonly [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries(fields) as [keyof T, Codec<T[keyof T]>][];
  return {
    write: (value, out) => {
      for (const [name, codec] of entries) codec.write(value[name], out);
    },
    read: (from) => {
      const value: Partial<T> = {};
      for (const [name, codec] of entries) value[name] = codec.read(from);
      return value as T;
    },
  };
}

/** One of a closed set of words, as one byte: its place in the list. Append to the list, never reorder it. */
export function oneOf<const W extends string>(...words: readonly W[]): Codec<W> {
  return {
    write: (value, out) => {
      const at = words.indexOf(value);
      if (at < 0) throw new RangeError(`${value} is not one of ${words.join(", ")}`);
      out.uint(at, 1);
    },
    read: (from) => {
      const at = from.uint(1);
      return words[at] ?? from.refuse(`${at} names none of ${words.length} words`);
    },
  };
}

/** The union that a `variant` carries: each arm's fields and its name as `type`. */
type Arms<V> = { [K in keyof V & string]: { readonly type: K } & V[K] }[keyof V & string];

/**
 * A tagged union: two bytes of tag, then the arm's fields. `arms` maps each value's `type` to its tag and codec.
 * Tags are never reused for another meaning.
 */
export function variant<V extends Record<string, object>>(arms: {
  readonly [K in keyof V]: readonly [tag: number, codec: Codec<V[K]>];
}): Codec<Arms<V>> {
  type Arm = V[keyof V & string];
  const byTag = new Map<number, readonly [type: string, codec: Codec<Arm>]>();
  for (const type of Object.keys(arms) as (keyof V & string)[]) {
    const [tag, codec] = arms[type];
    if (byTag.has(tag)) throw new Error(`tag ${tag} is used twice`);
    byTag.set(tag, [type, codec]);
  }
  return {
    write: (value, out) => {
      const arm = arms[value.type];
      if (arm === undefined) throw new RangeError(`no arm is called ${value.type}`);
      uint16.write(arm[0], out);
      arm[1].write(value, out);
    },
    read: (from) => {
      const tag = from.uint(2);
      const arm = byTag.get(tag) ?? from.refuse(`no arm has the tag ${tag}`);
      return { type: arm[0], ...arm[1].read(from) };
    },
  };
}

/** The same bytes under another type: for brands, and for values that are nicer to hold in another form. */
export function mapped<T, U>(inner: Codec<T>, to: (value: T) => U | null, from: (value: U) => T): Codec<U> {
  return {
    write: (value, out) => inner.write(from(value), out),
    read: (reader) => to(inner.read(reader)) ?? reader.refuse("a value outside its range"),
  };
}
