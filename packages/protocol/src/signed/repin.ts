// A party that is pinned proves itself anew from its root up, as when a link is keyed again after a restore: what was pinned moves
// forward to that or stays. The same bounds hold as for what comes step by step (ID10, ID12, ID13): the same root, and either a
// later certificate of it or the line that is pinned, further on.
import { equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "../errorCodes.ts";
import { type Pin, isRevoked } from "./pin.ts";
import { rootIdOf } from "./root.ts";

/** The pin after `shown`, which its bundle has proven. What was cut off stays cut off. */
export function repin(before: Pin, shown: Pin): Result<Pin, ParleyError> {
  const { card, line } = before;
  if (!equal(card.party, shown.card.party) || !equal(rootIdOf(card.root), rootIdOf(shown.card.root)))
    return fail(problem("ID_ROOT_CHANGED", "not the party and root that are pinned"));
  if (before.standing.type === "rootHeld")
    return fail(problem("ID_LINE_FROZEN", "another root waits for two officers"));
  if (isRevoked(before, shown.line.key)) return fail(problem("ID_REVOKED", "the station key"));
  if (shown.line.serial < line.serial) return fail(problem("ID_CERTIFICATE_STALE", `${shown.line.serial}`));
  if (shown.line.serial === line.serial) {
    if (before.standing.type === "frozen") return fail(problem("ID_LINE_FROZEN", "only the root thaws it"));
    if (shown.line.entries.length < line.entries.length) return fail(problem("ID_STATION_KEY_STALE", "an older key"));
    const follows = line.entries.every((entry, i) => equal(entry, shown.line.entries[i] ?? new Uint8Array(0)));
    if (!follows) return fail(problem("ID_SUCCESSION_FORK", "another line than the one that is pinned"));
  }
  const newest = shown.card.serial > card.serial ? shown.card : card;
  const { removed, revokedKeys } = before;
  return ok({ card: newest, line: shown.line, removed, revokedKeys, standing: { type: "good" } });
}
