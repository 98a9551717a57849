// How a link, its secrets (linksRun) and the witnessing of records with it (logDocs) are kept.
import { type Bytes, fromBase64url, utf8 } from "@parley/base/bytes";
import { decodeNote } from "@parley/ledger/note";
import { z } from "zod/v4";
import type { Outstanding } from "../duty/ledger/log.ts";
import { count, id16Doc, id32Doc, instantDoc } from "./json.ts";
import type { LinkRecord } from "./linksRun.ts";
import type { Generation } from "./secrets.ts";

export const linkDoc: z.ZodType<LinkRecord> = z.object({
  link: id16Doc,
  party: id32Doc,
  since: instantDoc,
  used: instantDoc.nullable(),
  sinceRestore: z.literal(true).exactOptional(),
});

const secretBytes = 32;
const secret = z.string().transform((text, context): Bytes => {
  const bytes = fromBase64url(text);
  if (bytes?.length === secretBytes) return bytes;
  context.addIssue("not a secret");
  return z.NEVER;
});

/** What lies sealed in the document of a link's secrets, newest first. */
export const secretsDoc: z.ZodType<{ readonly generations: readonly Generation[] }> = z.object({
  generations: z.array(z.object({ n: count, secret })),
});

const note = z.string().transform((text, context) => {
  const read = decodeNote(utf8(text));
  if (read.ok) return read.value;
  context.addIssue("not a signed note");
  return z.NEVER;
});

/** How our record stands with the station of one link. */
export const witnessingDoc: z.ZodType<{ readonly cosigned: number; readonly outstanding: Outstanding | null }> =
  z.object({ cosigned: count, outstanding: z.object({ size: count, note }).nullable() });
