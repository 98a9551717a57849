// Every station key that a party is known to have had, ours and linked ones', with when it came into use by that party's own
// clock. What was signed before a key handed over, and is read after it, is checked with the key of its time ([RC16]); a new
// certificate of the root ends what the keys before it had signed (ID10).
import { type Instant, after, ms } from "@parley/base/time";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import { maxClockSkewMs, noClockBefore } from "@parley/protocol/limits";
import { entryHash } from "@parley/protocol/signed/chain";
import { type Pin, isRevoked, lastEntry } from "@parley/protocol/signed/pin";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { HybridKey } from "@parley/protocol/signed/signature";
import { type IdentityEvent, entriesOf, keyIn } from "../duty/identity/events.ts";

type Known = { readonly key: HybridKey; readonly since: Instant };

export type StationKeys = {
  readonly take: (event: IdentityEvent) => void;
  /** By its keyIdOf, whether it still holds or not; null for one never seen. */
  readonly byId: (party: IdText, key: IdText) => HybridKey | null;
  /**
   * The keys of the pinned line with which its party may have signed at `at`, by that party's clock: one, or two around a
   * hand-over. The key in use where the date is from before this program: a clock that has lost its time dates so what is signed now.
   */
  readonly at: (pin: Pin, at: Instant) => readonly HybridKey[];
};

export function stationKeys(): StationKeys {
  const keys = new Map<string, Known>();
  /** The key that each entry of a line brought in, by the entry's hash. */
  const byEntry = new Map<IdText, string>();

  const keep = (party: PartyId, entry: IdText, { key, since }: Known): void => {
    const name = `${idText(party)} ${idText(keyIdOf(key))}`;
    byEntry.set(entry, name);
    // A certificate for the key in use does not make that key younger.
    if (!keys.has(name)) keys.set(name, { key, since });
  };

  /** Ten years of hand-overs are many entries, and what is heard from a party is checked with them all the time. */
  const lines = new WeakMap<Pin["line"]["entries"], readonly Known[]>();
  const lineOf = ({ line: { entries } }: Pin): readonly Known[] => {
    const known = lines.get(entries);
    if (known !== undefined) return known;
    const made = [...new Set(entries.map((entry) => byEntry.get(idText(entry))))]
      .flatMap((name) => (name === undefined ? [] : (keys.get(name) ?? [])))
      .toSorted((a, b) => a.since - b.since);
    lines.set(entries, made);
    return made;
  };

  return {
    take: (event) => {
      if (event.type === "peerPinned" || event.type === "peerRepinned") {
        const { card, line } = event.pin;
        keep(card.party, idText(lastEntry(line)), { key: line.key, since: line.since });
      }
      for (const entry of entriesOf(event)) {
        const { party, issued } = entry.it.body;
        keep(party, idText(entryHash(entry)), { key: keyIn(entry), since: issued });
      }
    },
    byId: (party, key) => keys.get(`${party} ${key}`)?.key ?? null,
    at: (pin, at) => {
      const line = lineOf(pin);
      const [from, until] = [after(at, ms(-maxClockSkewMs)), after(at, ms(maxClockSkewMs))];
      return line
        .filter(({ since }, i) =>
          at < noClockBefore ? i === line.length - 1 : since <= until && (line[i + 1]?.since ?? until) >= from,
        )
        .map(({ key }) => key)
        .filter((key) => !isRevoked(pin, key));
    },
  };
}
