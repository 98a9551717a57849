// The ustar archive (POSIX.1-1988) that a record's file is: an old, plain form that any machine can unpack. Written in one way
// only, with no dates or owners, and read strictly: what could not have been written here is no record's file.
import { type Bytes, concat, equal, fromUtf8, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";

export type TarFile = { readonly path: string; readonly bytes: Bytes };

const block = 512;
/** Two empty blocks end an archive. */
const end = 2 * block;

const octal = (n: number, width: number): string => n.toString(8).padStart(width - 1, "0") + "\0";

const padding = (length: number): number => (block - (length % block)) % block;

/** The header of one file; paths of ours are short ASCII, and never go up or start at a root. */
function headerOf({ path, bytes }: TarFile): Bytes {
  if (!isPath(path)) throw new RangeError(`not a path: ${path}`);
  const header = new Uint8Array(block);
  const put = (at: number, text: string): void => header.set(utf8(text), at);
  put(0, path);
  put(100, octal(0o644, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(bytes.length, 12));
  put(136, octal(0, 12));
  put(148, "        ");
  put(156, "0");
  put(257, "ustar\u000000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 7)} `);
  return header;
}

const isPath = (path: string): boolean =>
  /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(path) && path.length < 100 && !path.split("/").includes("..");

/** One file as it stands in an archive, padding included. */
export const tarEntry = (file: TarFile): Bytes =>
  concat(headerOf(file), file.bytes, new Uint8Array(padding(file.bytes.length)));

export const tarEnd = (): Bytes => new Uint8Array(end);

/**
 * The files of an archive, each a view into `bytes`. `LEDGER_MALFORMED` for anything but what `tarEntry` writes, a path twice, or
 * an archive without its end.
 */
export function readTar(bytes: Uint8Array<ArrayBuffer>): Result<ReadonlyMap<string, Bytes>, ParleyError> {
  const malformed = (at: number, why: string) => fail(problem("LEDGER_MALFORMED", `file: ${why} at byte ${at}`));
  const files = new Map<string, Bytes>();
  let at = 0;
  while (at + block <= bytes.length - end) {
    const header = bytes.subarray(at, at + block);
    const path = fromUtf8(header.subarray(0, 100))?.replace(/\0+$/, "") ?? "";
    const size = Number.parseInt(fromUtf8(header.subarray(124, 135)) ?? "", 8);
    if (!isPath(path) || !Number.isSafeInteger(size)) return malformed(at, "no header");
    const from = at + block;
    const next = from + size + padding(size);
    if (next > bytes.length - end) return malformed(at, "cut short");
    const file = { path, bytes: bytes.subarray(from, from + size) };
    if (!equal(headerOf(file), header)) return malformed(at, "another form of header");
    if (!isZero(bytes.subarray(from + size, next))) return malformed(from + size, "padding");
    if (files.has(path)) return malformed(at, `${path} twice`);
    files.set(path, file.bytes);
    at = next;
  }
  if (at !== bytes.length - end || !isZero(bytes.subarray(at))) return malformed(at, "no end");
  return ok(files);
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
