// What the station refused a person here, as a row of the one error table (packages/protocol/errorCodes) in the words of the
// catalogue: what is so, and what to do. It stands for a while after the press, on whichever screen ([VW59]).
import type { Instant } from "@parley/base/time";
import { type Say, name, say } from "../words/say.ts";

/** What a press at a desk or a console may meet. */
export const refusals = [
  "LINE_IN_USE",
  "TERMINAL_IN_USE",
  "TERMINAL_UNKNOWN",
  "TERMINAL_UNPROVEN",
  "LINK_UNKNOWN",
  "LINK_MUST_REKEY",
  "CALL_OVER",
  "NOT_RINGING_HERE",
  "ANSWERED_ELSEWHERE",
  "STORE_FULL",
  "OFFICER_UNPROVEN",
  "DRILLS_OFF",
  "DRILL_GIVEN_UP",
  "LEDGER_STOPPED",
  "LEDGER_FORKED",
  "LEDGER_ROLLED_BACK",
  "LEDGER_UNPROVEN",
  "ID_TERMINAL_UNKNOWN",
  "ID_ACT_UNKNOWN",
  "REKEY_UNFIT",
  "PAIR_OFFER_EXPIRED",
  "PAIR_OFFER_UNREADABLE",
  "PAIR_SELF",
  "PAIR_UNKNOWN",
  "HERE_NOT_ASKED",
  "PASSKEY_REFUSED",
] as const;
type Known = (typeof refusals)[number];

/** `code` as the station said it; a newer one may say what this page has no words for. */
export type Refusal = { readonly code: string; readonly at: Instant };

const isKnown = (code: string): code is Known => refusals.some((it) => it === code);

export const refusalWords = ({ code }: Refusal): { readonly what: Say; readonly cure: Say } =>
  isKnown(code)
    ? { what: say(`refused.${code}`), cure: say(`refused.${code}.cure`) }
    : { what: say("refused.other", { code: name(code) }), cure: say("refused.other.cure") };
