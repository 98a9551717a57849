// Runs cases one after the other: the same world is green, the fault is brought about, what is asked for finds it, it is taken back, and
// the world is green again. A case that was not green before, or is not afterwards, has proven nothing and says so.
import { checkAll, drillLine, listen, usual } from "./ask.ts";
import type { Case, DeskWorld } from "./case.ts";
import { openDesks } from "./desks.ts";
import { type Judged, type Said, isAllSaid, isGrave, judge, newOf, sentence } from "./said.ts";
import { type Undo, type World, openWorld } from "./world.ts";

export type Outcome = Omit<Judged, "said"> & {
  readonly mode: number;
  readonly how: string;
  /** `untrue`: it was not green without the fault, before or after. */
  readonly at: "found" | "missed" | "untrue";
  /** Seconds until it was green again, or null where it was not. */
  readonly healed: number | null;
  readonly said: readonly string[];
  readonly why: string;
};

/** How often is asked at most until what must be said is, and until all is well again: far less than one period. */
const mostAsked = { check: 5, drill: 2 };
const mostHealing = { check: 12, drill: 4 };
/** What a fault does at once, as files that are taken up, is done by then, and is asked about once. */
const settles = 1500;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function asked(world: World, { asks = "check" }: Pick<Case, "asks">): Promise<void> {
  if (asks === "check") await checkAll(world);
  if (asks === "drill") await drillLine(world);
  if (asks === null) await pause(15_000);
  // What one side found the other hears a moment later.
  await pause(700);
}

type Asked = Pick<Case, "asks" | "listens" | "expects">;

/** Null once nothing grave is said, else what still is. */
async function green(world: World, it: Asked): Promise<readonly Said[] | null> {
  let grave: readonly Said[] = [];
  for (let tries = 0; tries < mostHealing[it.asks ?? "check"]; tries++) {
    await asked(world, it);
    grave = (await heard(world, it)).filter(isGrave);
    if (grave.length === 0) return null;
  }
  return grave;
}

/** What this machine's own business makes stations say, whatever is done to them; a case that is about it hears it all the same. */
const ofThisMachine = "CHECK_DISK_SLOW";

async function heard(world: World, it: Asked): Promise<readonly Said[]> {
  const said = await listen(world, listened(it));
  const isMeant = it.expects.some(({ code }) => code === ofThisMachine);
  return isMeant ? said : said.filter(({ code }) => code !== ofThisMachine);
}

const listened = ({ listens = [], asks }: Asked) => [
  ...usual,
  ...(asks === "drill" ? (["drill"] as const) : []),
  ...listens,
];

const nothing: Undo = async () => undefined;

/** A run that breaks over a case has proven nothing by it. */
const untrue = (it: Pick<Case, "mode" | "how">, why: string): Outcome => ({
  mode: it.mode,
  how: it.how,
  at: "untrue",
  after: null,
  found: false,
  named: false,
  blamed: false,
  healed: null,
  said: [],
  why,
});

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `known`: whether the world is green as the case before it left it. */
export async function runCase<W extends World>(world: W, it: Case<W>, known: boolean): Promise<Outcome> {
  const since = (at: number): number => Math.round((performance.now() - at) / 100) / 10;
  const unprepare = (await it.prepare?.(world)) ?? nothing;
  const grave = known && it.prepare === undefined ? null : await green(world, it);
  if (grave !== null) {
    await unprepare();
    return untrue(it, `not green before: ${grave.map(sentence).join("; ")}`);
  }
  const before = await heard(world, it);
  const began = performance.now();
  const undo = await it.inject(world);
  await pause(settles);
  let now = before;
  let after: number | null = null;
  for (let tries = 0; tries < mostAsked[it.asks ?? "check"] && after === null; tries++) {
    await asked(world, it);
    now = await heard(world, it);
    if (isAllSaid(newOf(before, now), it.expects, it.guilty)) after = since(began);
  }
  // Whose side it is may want what others saw since: nobody is called before a second look either ([AL3]).
  if (after !== null && it.asks === undefined) {
    await asked(world, it);
    now = await heard(world, it);
  }
  const { said, ...judged } = judge(before, now, it.expects, it.guilty, after);
  const ended = performance.now();
  await undo();
  await pause(settles);
  const left = await green(world, it);
  await unprepare();
  const healed = left === null ? since(ended) : null;
  const at = left !== null ? "untrue" : judged.found && judged.named ? "found" : "missed";
  const why = left === null ? "" : `not green afterwards: ${left.map(sentence).join("; ")}`;
  return { mode: it.mode, how: it.how, at, ...judged, healed, said: said.map(sentence), why };
}

export type Cases = { readonly stations: readonly Case[]; readonly desks: readonly Case<DeskWorld>[] };

/** Runs them in their order, in as few worlds as they need; each outcome is told as it comes. */
export async function runAll(
  { stations, desks }: Cases,
  tell: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const withDesks = async (): Promise<DeskWorld> => {
    const world = await openWorld();
    try {
      const opened = await openDesks(world);
      const close = async (): Promise<void> => {
        await opened.close();
        await world.close();
      };
      return { ...world, desks: opened, close };
    } catch (error) {
      await world.close();
      throw error;
    }
  };
  return [...(await runIn(openWorld, stations, tell)), ...(await runIn(withDesks, desks, tell))];
}

async function runIn<W extends World>(
  open: () => Promise<W>,
  cases: readonly Case<W>[],
  tell: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let world: W | null = null;
  let known = false;
  try {
    for (const it of cases) {
      world ??= await open();
      const outcome: Outcome = await runCase(world, it, known).catch((error: unknown) => untrue(it, reasonOf(error)));
      outcomes.push(outcome);
      tell(outcome);
      known = outcome.healed !== null && it.prepare === undefined;
      if (outcome.healed !== null) continue;
      // What a case left behind is nothing to judge the next one by.
      await world.close();
      world = null;
      known = false;
    }
  } finally {
    await world?.close();
  }
  return outcomes;
}
