// Two parties' copies held against each other: each is judged with the checkpoints of it that the other cosigned, so that a
// record which is shorter than, or other than, what its station once signed comes to light; and what they did together must
// stand in both ([LG44]).
import type { Bytes } from "@parley/base/bytes";
import { type Result, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type Audit, type AuditItem, type AuditTools, type Opened, auditOpened, openRecord } from "./audit.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import type { Note } from "./note.ts";

/** A joint entry that only one of the copies has. */
export type Difference = { readonly only: string; readonly item: AuditItem };

export type Comparison = { readonly copies: readonly [Audit, Audit]; readonly differences: readonly Difference[] };

/** The checkpoints of one copy's log that the other copy holds. */
function seenOf({ party }: Opened, { file }: Opened): readonly Note[] {
  return file.witnessed.filter(({ text }) => {
    const read = decodeCheckpoint(text);
    return read.ok && read.value.origin === party.log?.name;
  });
}

const isTogether = (item: AuditItem, a: Audit, b: Audit): boolean =>
  item.same !== null && (item.proof === "differs" || [a, b].every(({ party }) => item.by.includes(party.party)));

function onlyIn(one: Audit, other: Audit): readonly Difference[] {
  const there = new Set(other.items.map(({ same }) => same));
  return one.items
    .filter((item) => isTogether(item, one, other) && !there.has(item.same))
    .map((item) => ({ only: one.party.name, item }));
}

/** Both verdicts and what stands in one copy alone; the error of the first file that cannot be read. */
export async function compareRecords(
  first: Bytes,
  second: Bytes,
  tools: AuditTools,
): Promise<Result<Comparison, ParleyError>> {
  const [one, two] = [await openRecord(first, tools), await openRecord(second, tools)];
  if (!one.ok) return one;
  if (!two.ok) return two;
  // Each side's keys prove the other's joint entries better than what was pinned at the pairing.
  const [a, b] = [withProofsOf(one.value, two.value), withProofsOf(two.value, one.value)];
  const copies = [await auditOpened(a, tools, seenOf(a, b)), await auditOpened(b, tools, seenOf(b, a))] as const;
  return ok({ copies, differences: [...onlyIn(copies[0], copies[1]), ...onlyIn(copies[1], copies[0])] });
}

/** `one` with the other party as that party's own copy proves it. */
function withProofsOf(one: Opened, other: Opened): Opened {
  const parties = one.parties.map((it) => {
    if (it.party !== other.party.party) return it;
    const keys = new Map([...it.keys, ...other.party.keys]);
    return { ...other.party, keys, witnesses: [...it.witnesses, ...other.party.witnesses] };
  });
  return { ...one, parties };
}
