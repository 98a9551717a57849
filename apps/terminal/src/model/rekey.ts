// A line whose secret has to be made anew, as after a restore: what stands in its row, and what an officer can do for it. Until
// it is done no call goes; afterwards the words are due, and that is shown until somebody has compared them ([RK2], [RK8]).
import type { House } from "@parley/protocol/terminal/console";
import { type Say, name, say } from "../words/say.ts";
import type { LinkFacts } from "./facts.ts";

export type Rekey = {
  readonly line: string;
  readonly at: "mustRekey" | "wordsDue" | "secondOfficerDue" | "theyAsk" | "weAsk";
  readonly them: string;
  /** The first of our officers, where the second's word is due. */
  readonly by: string | null;
};

/** Null where nothing is due. What somebody has begun is told before what is merely due. */
export function rekeyOf(link: LinkFacts, house: House | null): Rekey | null {
  const begun = house?.rekeys.find((it) => it.link === link.link);
  if (begun !== undefined) return { line: link.link, at: begun.at, them: link.name, by: begun.by };
  return link.secret === "good" ? null : { line: link.link, at: link.secret, them: link.name, by: null };
}

export const rekeySentence = ({ at, them, by }: Rekey): Say =>
  say(`rekey.${at}`, { them: name(them), by: name(by ?? "") });

/** What the officer's press says, or null where there is nothing to press here. */
export function rekeyPress({ at }: Rekey): Say | null {
  switch (at) {
    case "mustRekey":
      return say("rekey.ask");
    case "theyAsk":
      return say("rekey.agree");
    case "secondOfficerDue":
      return say("rekey.confirm");
    case "weAsk":
    case "wordsDue":
      return null;
  }
  return at satisfies never;
}
