// The documents of the ledger's witnessing: what we signed last, what each linked station cosigned of ours, and what we cosigned
// of theirs. Cosigned checkpoints are kept by the day, the last of each, so that ten years of them stay a few megabytes.
import type { Bytes } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { decodeCheckpoint } from "@parley/ledger/checkpoint";
import { type Note, decodeNote, encodeNote, noteBytes } from "@parley/ledger/note";
import type { IdText } from "@parley/protocol/ids";
import type { Outstanding } from "../duty/ledger/log.ts";
import type { Seen } from "../duty/ledger/witness.ts";
import type { Store, Transaction } from "../store/port.ts";
import { fromDoc, toDoc } from "./json.ts";
import { witnessingDoc } from "./linkDocs.ts";

/** The documents of our own checkpoints with a witness's signature: `serial party day`. */
export const cosignedKind = "cosigned";
/** Our newest checkpoint, by the serial of its log. */
export const signedKind = "checkpoint";
export const witnessingKind = "witnessing";
/** What we cosigned of other logs last, by their name. */
export const seenKind = "witnessed";

/** How our log stands with the station of one link. */
export type Witnessing = {
  /** The size that it cosigned last, as far as we know. */
  readonly cosigned: number;
  readonly outstanding: Outstanding | null;
  /** No offer before this reading of the monotonic clock; never kept. */
  readonly notBefore: number;
};

const untold: Witnessing = { cosigned: 0, outstanding: null, notBefore: 0 };

export type LogDocs = {
  readonly log: (link: IdText) => Witnessing;
  readonly setLog: (tx: Transaction, link: IdText, it: Witnessing) => void;
  /** What we cosigned last of the log of this name. */
  readonly seen: (origin: string) => Seen | null;
  readonly setSeen: (tx: Transaction, origin: string, it: Seen) => void;
  readonly signed: (serial: number) => Bytes | null;
  readonly keepSigned: (tx: Transaction, serial: number, note: Note) => void;
  readonly keepCosigned: (tx: Transaction, serial: number, party: IdText, note: Note, now: Instant) => void;
};

const day = 86_400_000;

export async function openLogDocs(store: Store): Promise<LogDocs> {
  const logs = new Map<IdText, Witnessing>();
  for (const { key, bytes } of certain(await store.docs(witnessingKind))) {
    logs.set(key, { ...certain(fromDoc(witnessingDoc, bytes, key)), notBefore: 0 });
  }
  const seen = new Map<string, Seen>();
  for (const { key, bytes } of certain(await store.docs(seenKind))) {
    const note = certain(decodeNote(bytes));
    seen.set(key, { note, checkpoint: certain(decodeCheckpoint(note.text)) });
  }
  const signed = new Map<string, Bytes>();
  for (const { key, bytes } of certain(await store.docs(signedKind))) signed.set(key, bytes);

  return {
    log: (link) => logs.get(link) ?? untold,
    setLog: (tx, link, it) => {
      logs.set(link, it);
      const { cosigned, outstanding } = it;
      const lies = outstanding === null ? null : { size: outstanding.size, note: encodeNote(outstanding.note) };
      tx.put(witnessingKind, link, toDoc({ cosigned, outstanding: lies }));
    },
    seen: (origin) => seen.get(origin) ?? null,
    setSeen: (tx, origin, it) => {
      seen.set(origin, it);
      tx.put(seenKind, origin, noteBytes(it.note));
    },
    signed: (serial) => signed.get(String(serial)) ?? null,
    keepSigned: (tx, serial, note) => {
      const bytes = noteBytes(note);
      signed.set(String(serial), bytes);
      tx.put(signedKind, String(serial), bytes);
    },
    keepCosigned: (tx, serial, party, note, now) =>
      tx.put(cosignedKind, `${serial} ${party} ${Math.floor(now / day)}`, noteBytes(note)),
  };
}
