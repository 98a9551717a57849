// docs/READINESS.md, made from what a run of all cases came to (docs/faults.json): of each failure mode how it was brought about, whether
// it was found, named and put on the right side, and why some were not run. Pure.
import type { Mode } from "./modes.ts";
import type { Outcome } from "./run.ts";

/** What a run leaves. */
export type Found = {
  readonly date: string;
  readonly machine: string;
  readonly outcomes: readonly Outcome[];
};

export type Row = Mode & { readonly outcomes: readonly Outcome[] };

export const rowsOf = (modes: readonly Mode[], { outcomes }: Pick<Found, "outcomes">): readonly Row[] =>
  modes.map((mode) => ({ ...mode, outcomes: outcomes.filter((it) => it.mode === mode.number) }));

/** A mode is found where each of its cases is. */
export const isFound = ({ outcomes }: Pick<Row, "outcomes">): boolean =>
  outcomes.length > 0 && outcomes.every(({ at }) => at === "found");
export const isBlamed = (row: Pick<Row, "outcomes">): boolean =>
  isFound(row) && row.outcomes.every(({ blamed }) => blamed);

const wordFor = ({ at, blamed, after }: Outcome): string => {
  switch (at) {
    case "found":
      return blamed ? `found in ${after ?? "?"} s` : "found, and the wrong side blamed";
    case "missed":
      return "NOT FOUND";
    case "untrue":
      return "not proven";
  }
  return at satisfies never;
};

/** What was said, once for each station, in as many words as a table bears. */
const saidIn = ({ said }: Outcome): string => {
  const grave = said.filter((line) => !line.includes(" unproven"));
  return (grave.length === 0 ? said : grave).slice(0, 2).join("; ").replaceAll("|", "/");
};

export function readinessPage(modes: readonly Mode[], found: Found): string {
  const rows = rowsOf(modes, found);
  const tried = rows.filter(({ outcomes }) => outcomes.length > 0);
  const lines = rows.flatMap((row) => {
    const head = `| ${row.number} | ${row.name} |`;
    if (row.outcomes.length === 0)
      return [`${head} ${row.notRun === null ? "not tried yet" : `not run: ${row.notRun}`} | | |`];
    return row.outcomes.map(
      (it, n) =>
        `${n === 0 ? head : "| | |"} ${it.how} | ${wordFor(it)} | ${it.at === "untrue" ? it.why.slice(0, 160).replaceAll("|", "/") : saidIn(it)} |`,
    );
  });
  return [
    "# Readiness: what finds the ways in which such lines have died",
    "",
    "Made by `npm run faults` from its own run (docs/faults.json); a test holds this page against it. Each fault is brought about in reality: stations, browsers,",
    "relays, disks and clocks are real, on machines of their own as far as one kernel gives them (docs/decisions/faults.md). Station a is the one at fault unless the",
    "sentence says another; b is at the other end of its line, c is linked to both. Every case was green without its fault, before and after.",
    "",
    `${rows.filter(isFound).length} of ${modes.length} found, of those ${rows.filter(isBlamed).length} with the right side blamed; ${tried.length} tried, ` +
      `${rows.filter(({ outcomes, notRun }) => outcomes.length === 0 && notRun !== null).length} not run for a reason. ${found.date}, ${found.machine}.`,
    "",
    "| # | failure | how it was brought about | what came of it | what was said |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
}
