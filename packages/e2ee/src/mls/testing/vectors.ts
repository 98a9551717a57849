// The official MLS vectors (mlswg/mls-implementations) from the folder that PARLEY_VECTORS names; they are not in this
// repository. For tests only.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, fromHex } from "@parley/base/bytes";
import type { Decoder } from "ts-mls/codec/tlsDecoder.js";

const folder = process.env["PARLEY_VECTORS"];

/** Whether they are there; where not, tests over them are reported as skipped. */
export const haveVectors = folder !== undefined && existsSync(join(folder, "mls"));

/** The cases of one family, as its README in mls-implementations describes them. */
export function vectors<T>(family: string): readonly T[] {
  const text = readFileSync(join(folder ?? "", "mls", `${family}.json`), "utf8");
  return JSON.parse(text) as readonly T[];
}

export function unhex(text: string): Bytes {
  const bytes = fromHex(text);
  if (bytes === null) throw new Error("a vector that is not hex");
  return bytes;
}

/** The whole of `text` as `decoder` reads it. */
export function decoded<T>(decoder: Decoder<T>, text: string): T {
  const bytes = unhex(text);
  const read = decoder(bytes, 0);
  if (read === undefined || read[1] !== bytes.length) throw new Error("a vector that does not decode whole");
  return read[0];
}
