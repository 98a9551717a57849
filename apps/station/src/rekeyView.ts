// How far the keying of a link again has come, for people to see: whether its secret may be used, who asks, whose confirmation is
// due. Read from the duties' states; nothing here decides anything.
import { type IdText, idText } from "@parley/protocol/ids";
import type { House } from "@parley/protocol/terminal/console";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import { pendingRekey } from "./duty/identity/rekeyAct.ts";
import type { Identity } from "./duty/identity/state.ts";
import type { Pairings } from "./duty/pairing/pairing.ts";
import type { LinksRun } from "./run/linksRun.ts";

type LinkSecret = (ToTerminal & { type: "links" })["links"][number]["secret"];

/** `mustRekey`: no call until it is keyed again. `wordsDue`: it was, and nobody here has compared the words. */
export function secretOf(link: IdText, links: Pick<LinksRun, "generations">, pairings: Pairings): LinkSecret {
  if (links.generations(link).length === 0) return "mustRekey";
  const due = [...pairings.values()].some((it) => it.type === "wordsDue" && idText(it.agreed.link) === link);
  return due ? "wordsDue" : "good";
}

/** What of that is under way, link by link. */
export function rekeysOf(links: Pick<LinksRun, "all">, identity: Identity, pairings: Pairings): House["rekeys"] {
  return links.all().flatMap(({ link, party }): House["rekeys"] => {
    const pending = pendingRekey(identity, party);
    if (pending !== null) {
      const by = identity.officers.get(idText(pending[1].by.officer))?.name ?? "";
      return [{ link, at: "secondOfficerDue", by }];
    }
    for (const it of pairings.values()) {
      if (it.type === "invited" && idText(it.party) === party) return [{ link, at: "theyAsk", by: null }];
      const ours = it.type === "offered" && it.offer.type === "rekey" && idText(it.offer.with) === party;
      if (ours) return [{ link, at: "weAsk", by: null }];
    }
    return [];
  });
}
