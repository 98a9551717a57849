// `parley drill` and `parley drills`: rehearses lines now, and lists what the ledger holds of rehearsals. Exit codes are for monitors:
// 0 ready, 3 not ready or degraded by a fault of ours or of nobody's for certain, 1 by the other side's.
import { fail, ok } from "@parley/base/result";
import type { DrillShown } from "@parley/station/adminDrills";
import { drillCauseWords } from "@parley/station/ways/drillWords";
import { problem } from "@parley/protocol/errorCodes";
import { type Failure, type Run, missing } from "../command.ts";
import type { ExitCode } from "../exit.ts";
import { asking } from "../folder.ts";
import { rowsOf } from "../show.ts";

type Verdict = Pick<DrillShown, "verdict" | "step" | "cause" | "whose"> & {
  readonly session?: DrillShown["session"] | undefined;
};

/** What a drill tried beside a call as it is made every day. */
const sessions = { relay: "over the relay alone", reload: "with a desk that lost everything" } as const;

const sides = { ours: "our side", theirs: "their side", both: "between the two sides" } as const;
const words = { ready: "ready", degraded: "DEGRADED", notReady: "NOT READY", missed: "MISSED" } as const;

/** "NOT READY: no desk is open and idle, their side (ring)". */
export function sentenceFor({ verdict, step, cause, whose, session }: Verdict): string {
  const where = session === undefined || session === "direct" ? "" : `, ${sessions[session]}`;
  if (verdict === "missed") return `${words.missed}: the other side's drill did not come when it was due`;
  if (verdict === "ready" || cause === null) return `${words[verdict]}${where}`;
  return `${words[verdict]}: ${drillCauseWords[cause]}, ${sides[whose]}${step === null ? "" : ` (${step}${where})`}`;
}

/** Of several lines, the gravest. */
export function exitFor(verdicts: readonly Pick<Verdict, "verdict" | "whose">[]): ExitCode {
  const bad = verdicts.filter(({ verdict }) => verdict !== "ready");
  if (bad.some(({ whose }) => whose !== "theirs")) return 3;
  return bad.length > 0 ? 1 : 0;
}

const millis = (microseconds: number | null): string =>
  microseconds === null ? "?" : `${(microseconds / 1000).toFixed(1)} ms`;

const numbersOf = (drill: Pick<DrillShown, "sides">): readonly string[] =>
  drill.sides.flatMap(({ party, numbers }) => {
    if (numbers === null) return [];
    const { setUp, roundTrip, lost, path, codec, pictures, torn, bands } = numbers;
    const heard = bands.filter(({ below }) => below !== null).length;
    return [
      `  ${party}: picture ${setUp ?? "?"} ms after the answer, ${path}, ${codec}, round trip ${millis(roundTrip)}, ` +
        `${((lost ?? 0) / 100).toFixed(2)} % lost, ${pictures} pictures whole and ${torn} torn, ${heard} of ${bands.length} tones`,
    ];
  });

const at = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

/** `now`: what a drill has just come to. */
type Now = { readonly party: string; readonly at: Exclude<Verdict["verdict"], "missed"> } & Omit<Verdict, "verdict">;

type StatusLinks = { readonly links: readonly { readonly link: string; readonly party: string }[] };

export const drill: Run = async (given) => {
  const party = given.words[0] ?? null;
  let link: string | null = null;
  if (party !== null) {
    const status = await asking<StatusLinks>(given, { do: "status" });
    if (!status.ok) return status;
    link = status.value.links.find((one) => one.party === party)?.link ?? null;
    if (link === null) return fail<Failure>(problem("LINK_UNKNOWN", party));
  }
  if (!given.has("now")) {
    const known = await asking<readonly DrillShown[]>(given, { do: "drills", since: 0 });
    if (!known.ok) return known;
    const newest = known.value.filter(
      (one, i, all) =>
        (link === null || one.link === link) &&
        all.findIndex((it) => it.link === one.link && it.session === one.session) === i,
    );
    const lines = newest.flatMap((one) => [`${one.party}: ${sentenceFor(one)}, ${at(one.at)} UTC`, ...numbersOf(one)]);
    const text = lines.length === 0 ? "No drill yet." : lines.join("\n");
    return ok({ text, data: newest, exit: newest.length === 0 ? 3 : exitFor(newest) });
  }
  const made = await asking<readonly Now[]>(given, { do: "drill", link });
  if (!made.ok) return made;
  const verdicts = made.value.map((one) => ({ ...one, verdict: one.at }));
  const text = verdicts.map((one) => `${one.party}: ${sentenceFor(one)}`).join("\n");
  return ok({ text, data: made.value, exit: exitFor(verdicts) });
};

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The moment that a date, or a length of time before now as 90m, 24h or 7d, stands for; null for anything else. */
export function sinceOf(text: string, now: number): number | null {
  const length = /^(\d{1,6})([mhd])$/.exec(text);
  if (length !== null) return Math.max(0, now - Number(length[1]) * (units[length[2] ?? ""] ?? 0));
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date);
}

export const drills: Run = async (given) => {
  const since = sinceOf(given.value("since") ?? "24h", Date.now());
  if (since === null) return missing("--since: a date, or a length of time as 24h or 7d");
  const asked = await asking<readonly DrillShown[]>(given, { do: "drills", since });
  if (!asked.ok) return asked;
  const rows = asked.value.map((one) => [
    at(one.at),
    one.party,
    sentenceFor(one),
    one.signedBy.length === 2 ? "signed by both" : "ours alone",
  ]);
  const text = rows.length === 0 ? "No drill in that time." : rowsOf(rows);
  return ok({ text, data: asked.value, exit: asked.value.length === 0 ? 3 : exitFor(asked.value) });
};
