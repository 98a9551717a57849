// Small documents of the station's own, kept as JSON: never signed, never sent, read back only by this program and its later
// versions. Reading is total: what is not what was written, or what an older version wrote, is STORE_CORRUPT ([ST12]).
import { type Bytes, fromBase64url, fromUtf8, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { idOf } from "@parley/protocol/ids";
import { z } from "zod/v4";

export const toDoc = (value: unknown): Bytes => utf8(JSON.stringify(value));

/** What `toDoc` was given, as `schema` has it; `name` is what the error calls the document. STORE_CORRUPT. */
export function fromDoc<T>(schema: z.ZodType<T>, bytes: Bytes, name: string): Result<T, ParleyError> {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes) ?? "");
  } catch {
    return fail(problem("STORE_CORRUPT", `${name}: not JSON`));
  }
  const read = schema.safeParse(value);
  if (read.success) return ok(read.data);
  const [issue] = read.error.issues;
  return fail(problem("STORE_CORRUPT", `${name}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`));
}

export const count = z.number().int().nonnegative();
export const instantDoc = count.transform(instant);
const idDoc = (length: 16 | 32) => z.string().refine((text) => idOf(text, length) !== null, "not an id");
export const id16Doc = idDoc(16);
export const id32Doc = idDoc(32);
export const bytesDoc = z.string().refine((text) => fromBase64url(text) !== null, "not base64url");
