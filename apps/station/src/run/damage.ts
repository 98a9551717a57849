// Looks at every document that the runners will read when they start, before one of them does: what lies there damaged is named,
// and the station does not start ([ST12]). Not what is sealed, which fails closed where it is opened, link by link; nor what was
// found on lines (drills, checks), which is found again.
import { type Result, fail, ok } from "@parley/base/result";
import { decodeCheckpoint } from "@parley/ledger/checkpoint";
import { decodeNote } from "@parley/ledger/note";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Bytes } from "@parley/base/bytes";
import type { z } from "zod/v4";
import type { Store } from "../store/port.ts";
import { callsDoc } from "./callsDoc.ts";
import { callsDocKinds } from "./callsRun.ts";
import { fromDoc } from "./json.ts";
import { linkDoc, witnessingDoc } from "./linkDocs.ts";
import { linkKind } from "./linksRun.ts";
import { seenKind, witnessingKind } from "./logDocs.ts";
import { recordDoc } from "./recordDoc.ts";
import { recordDocKind } from "./recordRun.ts";

type Reader = (bytes: Bytes, name: string) => Result<unknown, ParleyError>;

const json =
  <T>(schema: z.ZodType<T>): Reader =>
  (bytes, name) =>
    fromDoc(schema, bytes, name);

const checkpoint: Reader = (bytes, name) => {
  const note = decodeNote(bytes);
  return note.ok && decodeCheckpoint(note.value.text).ok ? ok(null) : fail(problem("STORE_CORRUPT", name));
};

const readers: readonly (readonly [kind: string, Reader])[] = [
  [linkKind, json(linkDoc)],
  [callsDocKinds.talk, json(callsDoc)],
  [callsDocKinds.drill, json(callsDoc)],
  [recordDocKind, json(recordDoc)],
  [witnessingKind, json(witnessingDoc)],
  [seenKind, checkpoint],
];

/** STORE_CORRUPT with the name of the first document that is not what it should be; and what the store says. */
export async function refuseDamage(store: Store): Promise<Result<void, ParleyError>> {
  for (const [kind, read] of readers) {
    const docs = await store.docs(kind);
    if (!docs.ok) return docs;
    for (const { key, bytes } of docs.value) {
      const sound = read(bytes, `${kind} ${key}`);
      if (!sound.ok) return sound;
    }
  }
  return ok(undefined);
}
