// Bytes from outside as the one thing that they should be, with the words of the error table where they are not. Sizes are
// bounded by whoever calls, before.
import { type Codec, decode } from "@parley/base/codec";
import { type Result, fail } from "@parley/base/result";
import { type ParleyError, problem } from "./errorCodes.ts";

/** The value that `bytes` are, or MESSAGE_MALFORMED: what they should have been, why they are not, and where. */
export function decodeAs<T>(what: string, codec: Codec<T>, bytes: Uint8Array): Result<T, ParleyError> {
  const read = decode(codec, bytes);
  return read.ok ? read : fail(problem("MESSAGE_MALFORMED", `${what}: ${read.error.reason} at ${read.error.at}`));
}
