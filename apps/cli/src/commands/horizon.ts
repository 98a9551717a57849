// `parley horizon`: everything on the lines that has a date, earliest first, and the first that will fail. The exit code is for
// monitors: 3 when something of ours is due or has ended, 1 when only the other side's is, 0 otherwise.
import { ok } from "@parley/base/result";
import type { HorizonShown } from "@parley/station/adminChecks";
import type { Run } from "../command.ts";
import type { ExitCode } from "../exit.ts";
import { asking } from "../folder.ts";
import { rowsOf } from "../show.ts";

type Item = HorizonShown["dated"][number];

const names: Readonly<Record<Item["what"], string>> = {
  webCertificate: "web certificate",
  turnCertificate: "TURN certificate",
  stationKey: "station's key",
  terminalCredential: "terminal's credential",
  disk: "disk will be full",
  listed: "",
};

const standings: Readonly<Record<Item["stands"], string>> = {
  good: "",
  soon: "due: renew it",
  ended: "ENDED",
  renews: "renews itself",
  overdue: "should have renewed itself and has not",
};

const dateOf = (at: number): string =>
  new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

const nameOf = ({ what, name, whose }: Pick<Item, "what" | "name" | "whose">): string =>
  `${whose === "ours" ? "our" : "their"} ${what === "listed" ? name : names[what]}`;

/** Of all lines. */
export function exitFor(lines: readonly { readonly dated: readonly Pick<Item, "whose" | "stands">[] }[]): ExitCode {
  const due = lines.flatMap(({ dated }) => dated.filter(({ stands }) => ["soon", "ended", "overdue"].includes(stands)));
  if (due.some(({ whose }) => whose === "ours")) return 3;
  return due.length > 0 ? 1 : 0;
}

/** The sentence of a line: its horizon, or what has ended already. */
export function sentenceFor({ horizon, dated }: Pick<HorizonShown, "horizon" | "dated">): string {
  if (horizon === null) return "Nothing on this line has a date that counts.";
  const stands = dated.find((it) => it.what === horizon.what && it.ends === horizon.ends)?.stands;
  return stands === "ended"
    ? `Ended on ${dateOf(horizon.ends)}: ${nameOf(horizon)}.`
    : `Nothing on this line expires before ${dateOf(horizon.ends)}: ${nameOf(horizon)}.`;
}

export const horizon: Run = async (given) => {
  const asked = await asking<readonly HorizonShown[]>(given, { do: "horizon" });
  if (!asked.ok) return asked;
  const lines = asked.value;
  const text = lines.map((line) => {
    const unchecked = line.at === null ? " (their side is not known yet: no check has been made)" : "";
    const rows = line.dated.map((it) => [`  ${dateOf(it.ends)}`, nameOf(it), standings[it.stands]]);
    return [`${line.party}: ${sentenceFor(line)}${unchecked}`, ...(rows.length === 0 ? [] : [rowsOf(rows)])].join("\n");
  });
  return ok({
    text: text.length === 0 ? "No party is linked yet." : text.join("\n\n"),
    data: { lines },
    exit: exitFor(lines),
  });
};
