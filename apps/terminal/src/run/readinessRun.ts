// Asks our station for what the section of readiness shows, and brings its answers to the facts. It asks for the drill that is to be
// seen as soon as its page is there, and for the newest page again when a drill of the line looked at has ended ([VW76]).
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import { readinessLine } from "../model/consoleScreen.ts";
import { drillCame, lacksDrill, looksAt, pageCame } from "../model/readiness.ts";
import type { Known } from "./known.ts";

export type ReadinessRun = {
  /** Looks at that line, or for null at the one that is looked at already or is the gravest. */
  readonly open: (line: string | null) => void;
  readonly older: (line: string) => void;
  /** A drill's session, by its entry. */
  readonly choose: (index: number) => void;
  readonly page: (message: Extract<ToTerminal, { type: "drillHistory" }>) => void;
  readonly report: (message: Extract<ToTerminal, { type: "drillReport" }>) => void;
  /** An officer has signed in: what could not be asked before is asked now. */
  readonly officerCame: () => void;
  readonly drillsSaid: (lines: readonly LineDrills[]) => void;
};

export function readinessRun(known: Known, send: (message: FromTerminal) => boolean): ReadinessRun {
  const { facts, change } = known;
  /** How the drills of the line looked at stood when the station last spoke of them. */
  let newest: string | null = null;

  const askDrill = (): void => {
    const index = lacksDrill(facts().readiness);
    if (index !== null) send({ type: "drillReport", index });
  };

  const open = (line: string | null): void => {
    const at = line ?? readinessLine(facts());
    if (at === null) return;
    change({ readiness: looksAt(facts().readiness, at) });
    send({ type: "drillHistory", link: at, before: null });
  };

  return {
    open,
    older: (line) => {
      const { readiness } = facts();
      if (readiness.line !== line || readiness.page === null || readiness.page.older === null) return;
      change({ readiness: { ...readiness, asked: "page", chosen: null } });
      send({ type: "drillHistory", link: line, before: readiness.page.older });
    },
    choose: (index) => {
      change({ readiness: { ...facts().readiness, chosen: index } });
      askDrill();
    },
    page: (message) => {
      change({ readiness: pageCame(facts().readiness, message) });
      askDrill();
    },
    report: (message) => change({ readiness: drillCame(facts().readiness, message) }),
    officerCame: () => {
      const { readiness, section } = facts();
      if (section === "readiness" && readiness.page === null) open(null);
    },
    drillsSaid: (lines) => {
      const { readiness, section, door } = facts();
      const its = lines.find(({ link }) => link === readiness.line);
      if (readiness.line === null || its?.verdict === null || its === undefined) return;
      const { verdict, running } = its;
      // A session that was passed changes no verdict; that it is over shows in what runs.
      const said = `${readiness.line} ${verdict.when} ${verdict.session} ${running}`;
      const isNews = said !== newest;
      newest = said;
      // A page of older ones, or a drill that somebody reads, is not taken away.
      const looksOn = section === "readiness" && readiness.page?.before === null;
      if (isNews && looksOn && door !== null && door.officer !== null)
        send({ type: "drillHistory", link: readiness.line, before: null });
    },
  };
}
