// From the engine's view of a group to the order's: members by terminal, commits as candidates, epochs as frames count them.
import { type Bytes, hex } from "@parley/base/bytes";
import { idText } from "@parley/protocol/ids";
import type { Candidate, Head, Roll } from "./ballot.ts";
import type { Staged } from "./commit.ts";
import { type Group, confirmedTranscriptHash, epochOf, groupIdOf, members } from "./group.ts";
import type { FrameEpoch, KeptMember } from "./keeperPort.ts";
import { type GroupName, readGroupId } from "./message.ts";
import type { Member } from "./tree.ts";

export const kept = (member: Member): KeptMember => ({
  leaf: member.leaf,
  terminal: idText(member.credential.terminal),
  party: idText(member.credential.party),
});

export const headOf = (group: Group): Head => hex(confirmedTranscriptHash(group));

/** The members by the order of their ids, which is the order of their turns. */
export function rollOf(group: Group): Roll {
  const all = members(group).map((member): [string, string] => [kept(member).terminal, kept(member).party]);
  return new Map(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function nameOf(group: Group): GroupName {
  const name = readGroupId(groupIdOf(group));
  if (name === null) throw new Error("a group of ours has a group id that is none");
  return name;
}

export const frameEpoch = (group: Group): FrameEpoch => ({
  group: groupIdOf(group),
  epoch: nameOf(group).firstEpoch + Number(epochOf(group)),
});

/** A staged commit as the vote sees it. */
export function candidateOf(staged: Staged): Candidate {
  const roll = rollOf(staged.to);
  const gone = staged.change.removed.map((member) => idText(member.credential.terminal));
  return {
    id: headOf(staged.to),
    base: headOf(staged.from),
    removes: gone.filter((terminal) => !roll.has(terminal)),
    returns: staged.change.external ? (gone[0] ?? null) : null,
    roll,
  };
}

/** The signature key of the member at `terminal`, or null. */
export function signatureKeyOf(group: Group, terminal: string): Bytes | null {
  return members(group).find((member) => idText(member.credential.terminal) === terminal)?.signatureKey ?? null;
}
