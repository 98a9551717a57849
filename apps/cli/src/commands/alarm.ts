// `parley alarm`: the alarms that there are, for people and monitors, and a trial of every way that the settings have for them.
import { ok } from "@parley/base/result";
import type { AlarmsNow, WaysTried } from "@parley/station/adminAlarms";
import { type Run, missing } from "../command.ts";
import type { ExitCode } from "../exit.ts";
import { asking } from "../folder.ts";
import { rowsOf } from "../show.ts";

type Shown = Pick<
  AlarmsNow["alarms"][number],
  "rank" | "whose" | "say" | "cure" | "side" | "party" | "since" | "times" | "standing"
>;

const time = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");

const standings = { first: "open", second: "open, second persons told", party: "open, the other party told" } as const;

function standingOf({ standing }: Pick<Shown, "standing">): string {
  switch (standing.at) {
    case "open":
      return standings[standing.told];
    case "acknowledged":
      return `taken up by ${standing.by}`;
    case "shelved":
      return `shelved by ${standing.by} until ${time(standing.until)} UTC`;
  }
}

/** 3 where one is open that is not only the other side's, 1 where only such are, 0 where none is open. */
export function exitFor(alarms: readonly Pick<Shown, "whose" | "standing">[]): ExitCode {
  const open = alarms.filter(({ standing }) => standing.at === "open");
  if (open.some(({ whose }) => whose !== "theirs")) return 3;
  return open.length > 0 ? 1 : 0;
}

export function alarmText(alarm: Shown): string {
  const { rank, say, cure, side, party, since, times } = alarm;
  const line = party === "" ? "" : `, line to ${party}`;
  const seen = times > 1 ? `, seen ${times} times` : "";
  return `${rank}  ${say}\n   ${side}${line}, since ${time(since)} UTC${seen}: ${standingOf(alarm)}\n   ${cure}`;
}

export const alarm: Run = async (given) => {
  const [what = "list"] = given.words;
  if (what === "test") return test(given);
  if (what !== "list") return missing(`list or test, not ${what}`);
  const asked = await asking<AlarmsNow>(given, { do: "alarms" });
  if (!asked.ok) return asked;
  const { alarms, ways } = asked.value;
  const rows = ways.map(({ way, delivered, waiting, failing }) => [
    `  ${way}`,
    `${delivered} delivered, ${waiting} waiting`,
    failing === null ? "" : `FAILS since ${time(failing.since)} UTC: ${failing.why}`,
  ]);
  const text = [
    alarms.length === 0 ? "No alarms." : alarms.map(alarmText).join("\n"),
    ways.length === 0 ? "Alarms go to consoles alone." : `Ways besides the consoles:\n${rowsOf(rows)}`,
  ].join("\n\n");
  return ok({ text, data: { alarms, ways }, exit: exitFor(alarms) });
};

const test: Run = async (given) => {
  const asked = await asking<WaysTried>(given, { do: "alarmTest" });
  if (!asked.ok) return asked;
  const tried = asked.value;
  const rows = tried.map(({ way, failed }) => [way, failed === null ? "got through" : `FAILED: ${failed}`]);
  const none = "No way is set besides the consoles (alarms.webhooks, alarms.mail in parley.json).";
  return ok({
    text: tried.length === 0 ? none : rowsOf(rows),
    data: { ways: tried },
    exit: tried.length === 0 || tried.some(({ failed }) => failed !== null) ? 3 : 0,
  });
};
