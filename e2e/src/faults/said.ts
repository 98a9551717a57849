// What the stations of a run say, as whoever monitors them reads it, and what follows for one fault: whether it was found, named
// and put on the right side. Pure: run.ts asks and injects.

/** The three stations: a's is made to fail in most cases, b's is at the other end of its line, c's is a third party linked to both. */
export const places = ["a", "b", "c"] as const;
export type Place = (typeof places)[number];

export type Whose = "ours" | "theirs" | "both";

/** Where a station says it: in its check of a line, of a drill, of its record, and so on. */
export type By = "check" | "drill" | "missed" | "record" | "storage" | "people" | "room" | "alarm" | "start";

export type Said = {
  readonly at: Place;
  /** The party at the other end of the line that it is about; null where it is about no line. */
  readonly of: Place | null;
  readonly by: By;
  readonly code: string;
  readonly whose: Whose;
  readonly level: "red" | "unproven" | "warn";
  /** Which one, or in which step. */
  readonly about: string;
};

/** On whose side the fault really is; `between`: on neither; `each`: on both. */
export type Guilty = Place | "between" | "each";

/** What must be said of a fault. Where `whose` is not given it follows from who is guilty. */
export type Expected = Pick<Said, "at" | "by"> & {
  /** Any of several where the moment decides which one it is. */
  readonly code: string | readonly string[];
  readonly of?: Place;
  readonly whose?: Whose;
  /** In `about`. */
  readonly about?: string;
};

/** A line that is down, by what went wrong on it last. */
export const lineDown: readonly string[] = ["PEER_UNREACHABLE", "PEER_ENDED", "PEER_LOST", "PEER_TIMED_OUT"];

export type Judged = {
  /** Seconds from the injection until all that must be said was said, or null. */
  readonly after: number | null;
  readonly found: boolean;
  readonly named: boolean;
  readonly blamed: boolean;
  /** Everything that was said and was not said before. */
  readonly said: readonly Said[];
};

export const sentence = ({ at, of, by, code, whose, level, about }: Said): string =>
  [`${at}${of === null ? "" : ` of ${of}`}`, by, code, whose, level, about].filter((it) => it !== "").join(" ");

/** The places that a station blames by what it says. */
function blamedBy({ at, of, whose }: Said): readonly Place[] {
  if (whose === "ours") return [at];
  const far = of === null ? [] : [of];
  return whose === "theirs" ? far : [at, ...far];
}

/** Whether what is said puts nothing on a side that has no part in it. A word about both is no accusation of one. */
export function isFair(said: Said, guilty: Guilty): boolean {
  if (guilty === "each" || said.whose === "both") return true;
  return guilty !== "between" && blamedBy(said).every((place) => place === guilty);
}

/** Whose side `at` has to name. */
function whoseFor({ at, of, whose }: Expected, guilty: Guilty): Whose {
  if (whose !== undefined) return whose;
  if (guilty === at) return "ours";
  return guilty === of || (of === undefined && guilty !== "between" && guilty !== "each") ? "theirs" : "both";
}

const isNamed = (expected: Expected, said: Said): boolean =>
  said.at === expected.at &&
  said.by === expected.by &&
  [expected.code].flat().includes(said.code) &&
  (expected.of === undefined || said.of === expected.of) &&
  said.about.includes(expected.about ?? "");

/** Whether everything that must be said has been, on the right side. */
export const isAllSaid = (said: readonly Said[], expects: readonly Expected[], guilty: Guilty): boolean =>
  expects.every((it) => said.some((one) => isNamed(it, one) && one.whose === whoseFor(it, guilty)));

/** What is said and was not before; levels and values may move. */
export const newOf = (before: readonly Said[], now: readonly Said[]): readonly Said[] =>
  now.filter((it) => !before.some((old) => sentence(old) === sentence(it)));

/** Grave enough to call somebody. Unproven is not: it is what every restart of a run with other settings leaves. */
export const isGrave = ({ level }: Said): boolean => level !== "unproven";

export function judge(
  before: readonly Said[],
  now: readonly Said[],
  expects: readonly Expected[],
  guilty: Guilty,
  after: number | null,
): Judged {
  const said = newOf(before, now);
  const named = expects.filter((it) => said.some((one) => isNamed(it, one)));
  const right = isAllSaid(said, expects, guilty);
  return {
    after,
    found: said.some((one) => isGrave(one) || expects.some((it) => isNamed(it, one))),
    named: named.length === expects.length,
    blamed: right && said.filter(isGrave).every((one) => isFair(one, guilty)),
    said,
  };
}
