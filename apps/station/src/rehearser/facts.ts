// What of a station's terminals concerns the browser that it starts for rehearsals, and what such a browser may say: it takes part in
// drills, keeps its credential, and nothing else ([DR26] of docs/spec/drill.md).
import { type IdText, idText } from "@parley/protocol/ids";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { Terminal } from "../duty/identity/state.ts";
import { consoleRole } from "../houseView.ts";

export type RehearserFacts = {
  readonly isEnrolled: () => boolean;
  readonly isOnline: () => boolean;
  /** No desk is open, or one came in the middle of a drill that is held at it. */
  readonly isWanted: () => boolean;
};

export type RehearserFactsOptions = {
  readonly terminals: () => Iterable<Terminal>;
  readonly isOn: (terminal: IdText) => boolean;
  readonly engaged: () => readonly IdText[];
};

export const isRehearser = ({ role }: Pick<Terminal, "role">): boolean => role === "probe";

/** Whether it may say this. */
export const mayRehearserSay = ({ type }: FromTerminal): boolean =>
  type === "renew" ||
  type === "drillable" ||
  type === "drill" ||
  type === "found" ||
  type === "drillLeft" ||
  type === "drillReload";

export function rehearserFacts({ terminals, isOn, engaged }: RehearserFactsOptions): RehearserFacts {
  const enrolled = (): readonly Terminal[] => [...terminals()].filter(({ standing }) => standing.at === "enrolled");
  const rehearsers = (): readonly IdText[] =>
    enrolled()
      .filter(isRehearser)
      .map(({ id }) => idText(id));
  return {
    isEnrolled: () => rehearsers().length > 0,
    isOnline: () => rehearsers().some(isOn),
    isWanted: () =>
      !enrolled().some(({ id, role }) => consoleRole(role) === "desk" && isOn(idText(id))) ||
      rehearsers().some((id) => engaged().includes(id)),
  };
}
