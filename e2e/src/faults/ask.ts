// Asks stations as a monitor does, by their command line's socket, and puts what they say into one form.
import { type ErrorCode, errorTable } from "@parley/protocol/errorCodes";
import { linksOf } from "../../../scripts/demoParties.ts";
import { type By, type Place, type Said, type Whose } from "./said.ts";
import { type Site, type World, partyName, placeOf } from "./world.ts";

type Finding = {
  readonly code: string;
  readonly whose: Whose;
  readonly level: Said["level"];
  readonly about: string;
};

type Verdict = {
  readonly at: "ready" | "degraded" | "notReady";
  readonly step: string | null;
  readonly cause: string | null;
  readonly whose: Whose;
  readonly session?: string;
};

type Status = {
  readonly links: readonly {
    readonly party: string;
    readonly check: { readonly findings: readonly Finding[] } | null;
    readonly record: { readonly stopped: ErrorCode | null };
    readonly machine: { readonly verdict: Verdict | null } | null;
    readonly people: { readonly at: string } | null;
  }[];
  readonly storage: "free" | "full";
  readonly log: { readonly health: string };
  readonly people: { readonly at: string } | null;
};

type Alarms = {
  readonly alarms: readonly {
    readonly kind: string;
    readonly party: string;
    readonly whose: Whose;
    readonly about: string;
  }[];
};

type Drills = readonly { readonly index: number; readonly party: string; readonly verdict: string }[];

/** What a run listens to where a case does not say more. */
export const usual: readonly By[] = ["check", "record", "storage", "start"];

const running = ({ sites }: World): readonly Site[] => Object.values(sites).filter(({ state }) => state === "running");

/** A station that does not answer has not said anything. */
const within = <T>(work: Promise<T>, seconds = 60): Promise<T | null> =>
  Promise.race([
    work.catch(() => null),
    new Promise<null>((resolve) => void setTimeout(resolve, seconds * 1000, null).unref()),
  ]);

/** Everything that the stations say now. */
export async function listen(world: World, to: readonly By[] = usual): Promise<readonly Said[]> {
  const said = await Promise.all(Object.values(world.sites).map((site) => saidBy(site, to)));
  return said.flat();
}

async function saidBy(site: Site, to: readonly By[]): Promise<readonly Said[]> {
  const at = site.place;
  if (site.refused !== null)
    return [{ at, of: null, by: "start", code: site.refused, whose: "ours", level: "red", about: "" }];
  if (site.state !== "running") return [];
  const status = await within(site.party.ask<Status>({ do: "status" }));
  if (status === null) return [];
  const alarms = to.includes("alarm") ? await within(site.party.ask<Alarms>({ do: "alarms" })) : null;
  const drills = to.includes("missed") ? await within(site.party.ask<Drills>({ do: "drills", since: 0 })) : null;
  const said = [
    ...ofStatus(at, status),
    ...(alarms === null ? [] : ofAlarms(at, alarms)),
    ...(drills === null ? [] : ofDrills(at, drills)),
  ];
  return said.filter(({ by }) => to.includes(by));
}

const unhealthy: Readonly<Record<string, string>> = {
  uncertified: "LEDGER_KEY_MISSING",
  unreadable: "SECRET_UNREADABLE",
  broken: "LEDGER_OWN_BROKEN",
};

function ofStatus(at: Place, { links, storage, log, people }: Status): readonly Said[] {
  const own = { at, of: null, whose: "ours", level: "red", about: "" } as const;
  const broken = unhealthy[log.health];
  return [
    ...(storage === "full" ? [{ ...own, by: "storage", code: "STORE_FULL" } as const] : []),
    ...(broken === undefined ? [] : [{ ...own, by: "record", code: broken } as const]),
    ...(people?.at === "notReady" ? [{ ...own, by: "people", code: "PEOPLE_UNANSWERED" } as const] : []),
    ...links.flatMap((link): readonly Said[] => {
      const of = placeOf(link.party);
      const { check, record, machine } = link;
      const verdict = machine?.verdict ?? null;
      const drilled: readonly Said[] =
        verdict === null || verdict.cause === null
          ? []
          : [
              {
                at,
                of,
                by: "drill",
                code: verdict.cause,
                whose: verdict.whose,
                level: verdict.at === "notReady" ? "red" : "warn",
                about: [verdict.step, verdict.session].filter(Boolean).join(" "),
              },
            ];
      const stops: readonly Said[] =
        record.stopped === null
          ? []
          : [
              {
                at,
                of,
                by: "record",
                code: record.stopped,
                whose: errorTable[record.stopped].blame === "us" ? "ours" : "theirs",
                level: "red",
                about: "",
              },
            ];
      const theirs: readonly Said[] =
        link.people?.at === "notReady"
          ? [{ at, of, by: "people", code: "PEOPLE_UNANSWERED", whose: "theirs", level: "red", about: "" }]
          : [];
      const findings = (check?.findings ?? []).map(({ code, whose, level, about }): Said => ({
        at,
        of,
        by: "check",
        code,
        whose,
        level,
        about,
      }));
      return [...findings, ...stops, ...drilled, ...theirs];
    }),
  ];
}

/** Entries of the ledger that say it: they stay when it is over, so they call nobody by themselves. */
const ofDrills = (at: Place, drills: Drills): readonly Said[] =>
  drills
    .filter(({ verdict }) => verdict === "missed")
    .map(({ index, party }) => ({
      at,
      of: placeOf(party),
      by: "missed",
      code: "DRILL_MISSED",
      whose: "theirs",
      level: "unproven",
      about: `entry ${index}`,
    }));

const ofAlarms = (at: Place, { alarms }: Alarms): readonly Said[] =>
  alarms.map(({ kind, party, whose, about }) => ({
    at,
    of: placeOf(party),
    by: "alarm",
    code: kind,
    whose,
    level: "red",
    about,
  }));

/** A station answers six asks of a line in a minute ([CK5]): more would be a fault of the run's own making. */
const [mostAsks, asksEvery] = [5, 10_500];
let asks = mostAsks;
let asksAt = 0;

async function allowed(): Promise<void> {
  const now = performance.now();
  asks = Math.min(mostAsks, asks + (now - asksAt) / asksEvery);
  asksAt = now;
  if (asks < 1) {
    await new Promise((resolve) => setTimeout(resolve, (1 - asks) * asksEvery));
    return allowed();
  }
  asks -= 1;
}

/** Every station checks its lines now, as each does within five minutes anyway. */
export async function checkAll(world: World): Promise<void> {
  await allowed();
  await Promise.all(running(world).map(({ party }) => within(party.ask({ do: "check" }))));
}

/** One of the two rehearses the line between a and b now, and it is no matter what comes of it: the other is told when it will again. */
export async function drillOnce({ sites }: World, of: "a" | "b"): Promise<void> {
  const far = of === "a" ? "b" : "a";
  const link = (await linksOf(sites[of].party)).find(({ party }) => party === partyName(far))?.link ?? null;
  await within(sites[of].party.ask({ do: "drill", link }), 120);
}

/** The line between a and b is rehearsed now, in all its sessions; asked again where a drill of the other side's is under way. */
export async function drillLine({ sites }: World): Promise<void> {
  const link = (await linksOf(sites.a.party)).find(({ party }) => party === partyName("b"))?.link ?? null;
  for (let tries = 0; tries < 12; tries++) {
    const made = await within(sites.a.party.ask({ do: "drill", link }), 240);
    if (made !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 5000));
  }
}
