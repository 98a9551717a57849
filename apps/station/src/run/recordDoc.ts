// How the record of a call is kept until it is whole (duty/record), and what older versions wrote of it.
import { fromBase64url } from "@parley/base/bytes";
import { type Codec, decode } from "@parley/base/codec";
import { callAccount, callEntry } from "@parley/protocol/signed/callEntry";
import { z } from "zod/v4";
import type { Finish, Held } from "../duty/record/account.ts";
import type { CallRecord } from "../duty/record/record.ts";
import { endReasonDoc } from "./callsDoc.ts";
import { bytesDoc, count, id16Doc as id, id32Doc, instantDoc as instant } from "./json.ts";

/** Bytes that `codec` can read. */
export const encodedDoc = <T>(codec: Codec<T>) =>
  z.string().refine((text) => {
    const bytes = fromBase64url(text);
    return bytes !== null && decode(codec, bytes).ok;
  }, "not what it should hold");

/** The same under a signature. */
export const keptDoc = <T>(codec: Codec<T>) =>
  z.object({ bytes: encodedDoc(codec), key: bytesDoc, signature: bytesDoc });

/** Signed by the rules of versions in which the caller proposed a whole entry: no station answers that any more. */
const outdatedKept = z.object({ entry: bytesDoc, key: bytesDoc, signature: bytesDoc });

const place = z.object({ party: id32Doc, name: z.string(), timeZone: z.string() });
const whose = z.enum(["ours", "theirs"]);
const heldDoc: z.ZodType<Held> = z.object({
  link: id,
  call: id,
  receipts: z.array(bytesDoc),
  terminals: z.object({ ours: z.array(id), theirs: z.array(id) }),
  places: z.object({ ours: place, theirs: place }).nullable(),
  answerLag: count.default(0),
  theirEnd: instant.nullable().default(null),
  hungUp: z.array(whose),
  crossed: z.boolean().default(false),
});

const finishDoc: z.ZodType<Finish> = z.object({
  side: z.enum(["calling", "called"]),
  answered: instant,
  ended: instant,
  epochs: count,
  why: endReasonDoc,
  clockSet: count.nullable().default(null),
});

const left = { link: id, call: id };

/** Null for one that can never be whole: an older version had signed and sent what no station takes any more. */
export const recordDoc: z.ZodType<CallRecord | null> = z.union([
  z.object({
    at: z.literal("open"),
    held: heldDoc,
    early: z.union([keptDoc(callAccount), outdatedKept.transform(() => null), z.null()]),
  }),
  z.object({ at: z.literal("proposed"), ...left, kept: keptDoc(callAccount) }),
  z.object({ at: z.literal("awaiting"), held: heldDoc, finish: finishDoc }),
  z.object({ at: z.literal("completed"), ...left, kept: keptDoc(callEntry) }),
  z.object({ at: z.literal("proposed"), ...left, kept: outdatedKept }).transform(() => null),
]);
