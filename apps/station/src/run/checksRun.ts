// The check of every line, every few minutes and without a browser ([CK1] of docs/spec/check.md): gathers what this station finds of
// itself and what each far station says and shows, has packages/drill judge it, and keeps what came of it. What is remembered from
// one check to the next (findings, the far side's dates, what was set up) outlives a restart. One round at a time.
import { hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { type Cancel, type Clock, type Instant, type Ms, minutes, ms } from "@parley/base/time";
import { judge } from "@parley/drill/check";
import type { CheckFacts, OwnFault, ServedPort, SideFacts, TwoWay } from "@parley/drill/checkFacts";
import { type DatedItem, byDate, horizonOf } from "@parley/drill/horizon";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import type { SeenPlace, StationReport, StationSeen } from "@parley/protocol/peer/check";
import type { PeerLink } from "../peer/peerLink.ts";
import type { Store } from "../store/port.ts";
import { type Answer, type CheckTalk, checkTalk } from "./checkTalk.ts";
import { type KeptCheck, type Setup, nothingKept, readKept, sameFinding, withFound } from "./checkDocs.ts";
import { toDoc } from "./json.ts";
import type { LinksRun } from "./linksRun.ts";
import type { Writer } from "./writer.ts";

/** How often every line is checked; each time up to a tenth sooner, so that stations do not keep step. */
export const checkEvery: Ms = minutes(5);
/** What they last said they saw of us speaks for this long. */
const seenLasts: Ms = minutes(12);

const checkKind = "check";

/** What a station finds of itself, all lines alike. */
export type OwnFacts = {
  readonly side: Omit<SideFacts, "counters" | "zones" | "clock">;
  readonly faults: readonly OwnFault[];
  readonly served: readonly ServedPort[];
  /** What the relay's TLS port should show; null where there is none. */
  readonly turnCertificate: StationReport["turnCertificate"];
};

/** What it finds at a far station's ports, given what that one said. */
export type FarFacts = {
  readonly places: readonly SeenPlace[];
  readonly served: readonly ServedPort[];
  readonly station: StationSeen;
};

/** How the rest of the station looks and tries; each takes a bounded time and never rejects. */
export type CheckPorts = {
  /** Tries this station's own ports and disk. */
  readonly own: () => Promise<OwnFacts>;
  readonly far: (link: IdText, report: StationReport | null) => Promise<FarFacts>;
  /** What is to be said of us on that link now, beside what `own` found. */
  readonly say: (link: IdText, own: OwnFacts | null, at: Instant) => StationReport;
  /** What the far station may try our relay with for a minute; null where there is none to try. */
  readonly trial: () => StationReport["trial"];
  /** When this line was last rehearsed well; null where it never was. */
  readonly rehearsed: (link: IdText) => Instant | null;
};

/** A line as its last check left it. */
export type CheckShown = Pick<KeptCheck, "findings" | "history"> & {
  readonly link: IdText;
  /** When it was last checked; null before the first time. */
  readonly at: Instant | null;
  readonly time: TwoWay | null;
  readonly versions: { readonly ours: string; readonly theirs: string | null };
  readonly dated: readonly DatedItem[];
  readonly horizon: DatedItem | null;
};

export type ChecksRun = {
  readonly heard: CheckTalk["heard"];
  readonly shown: () => readonly CheckShown[];
  /** What the last check of this line found, without all the rest. */
  readonly findings: (link: IdText) => CheckShown["findings"];
  /** Checks every line once more; resolves when that is done. */
  readonly round: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => void;
};

export type ChecksRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly links: Pick<LinksRun, "all" | "peer" | "reachable" | "generations">;
  readonly ports: CheckPorts;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

/** What is known now of a line and was not kept. */
type Known = {
  answer: Answer | null;
  far: FarFacts | null;
  seen: { readonly places: readonly SeenPlace[]; readonly station: StationSeen; readonly at: Ms } | null;
};

export async function runChecks(options: ChecksRunOptions): Promise<ChecksRun> {
  const { store, writer, clock, random, links, ports } = options;
  const kept = new Map<IdText, KeptCheck>();
  for (const { key, bytes } of certain(await store.docs(checkKind))) kept.set(key, readKept(bytes, options.report));
  const known = new Map<IdText, Known>();
  let own: OwnFacts | null = null;
  let running: Promise<void> | null = null;
  let stopWaiting: Cancel = () => undefined;
  let stopped = false;

  const knownOf = (link: IdText): Known => {
    const it = known.get(link) ?? { answer: null, far: null, seen: null };
    known.set(link, it);
    return it;
  };

  const newest = Math.max(0, ...[...kept.values()].map(({ at }) => at ?? 0));
  const behind = newest > clock.now() + minutes(1);
  const [wallBegan, began] = [clock.now(), clock.elapsed()];

  /** What we say of ourselves, with what only this run knows: how our clock has moved, and who else gets through to our relay. */
  const say = (link: IdText, at: Instant): StationReport => {
    const said = ports.say(link, own, at);
    const echoed = (transport: string, port: number): boolean =>
      [...known].some(
        ([other, { seen }]) =>
          other !== link &&
          seen !== null &&
          clock.elapsed() - seen.at <= seenLasts &&
          seen.places.some((it) => it.transport === transport && it.port === port && it.verdict === "echo"),
      );
    return {
      ...said,
      clock: { stepped: ms(clock.now() - wallBegan - (clock.elapsed() - began)), behind },
      relays: said.relays.map((it) => ({ ...it, others: echoed(it.transport, it.port) })),
    };
  };

  const talk = checkTalk({
    clock,
    random,
    report: (link, at) => ({ ...say(link, at), trial: ports.trial() }),
    onSeen: (link, places, station) => {
      knownOf(link).seen = { places, station, at: clock.elapsed() };
      if (own !== null) conclude(link, own);
    },
    onError: options.report,
  });

  /** The far side's setup is another than before, or ours: since when, if no rehearsal has followed. */
  const setupOf = (before: Setup | null, hash: string | null): Setup | null => {
    if (hash === null || before?.hash === hash) return before;
    return { hash, since: before === null ? null : clock.now() };
  };

  const unproven = (link: IdText, setup: Setup | null): Instant | null => {
    if (setup === null || setup.since === null) return null;
    const proven = ports.rehearsed(link);
    return proven !== null && proven > setup.since ? null : setup.since;
  };

  /** Judges what is known of a line now, and keeps it. */
  const conclude = (link: IdText, mine: OwnFacts): void => {
    const before = kept.get(link) ?? nothingKept;
    const { answer, far, seen } = knownOf(link);
    const now = clock.now();
    const said = say(link, now);
    const up = links.reachable(link).up;
    const theirs =
      answer === null ? before.theirs : answer.report.dated.map((it) => ({ ...it, whose: "theirs" as const }));
    const setups = {
      ours: setupOf(before.setups.ours, hex(said.setup)),
      theirs: setupOf(before.setups.theirs, answer === null ? null : hex(answer.report.setup)),
    };
    const peers = links.all().filter((it) => it.link !== link);
    const theySaw = seen === null || clock.elapsed() - seen.at > seenLasts ? null : seen;
    const facts: CheckFacts = {
      now,
      link: {
        up,
        code: codeOf(links.peer(link)),
        othersUp: peers.length === 0 ? null : peers.some((it) => links.reachable(it.link).up),
      },
      secrets: links.generations(link).length,
      time: answer?.time ?? null,
      others: peers.flatMap((it) => known.get(it.link)?.answer?.time ?? []),
      ours: said,
      theirs: answer?.report ?? null,
      faults: mine.faults,
      served: [...mine.served, ...(far?.served ?? [])],
      weSaw: far?.places ?? null,
      theySaw: theySaw?.places ?? null,
      ourStation: theySaw?.station ?? "untried",
      changed: { ours: unproven(link, setups.ours), theirs: unproven(link, setups.theirs) },
      dated: datedOf(said, theirs),
    };
    const found = judge(facts);
    const came = found.filter((it) => !before.findings.some((old) => sameFinding(it, old)));
    for (const { code, whose, about, value } of came)
      options.report({ code, detail: [whose, about, value].filter((it) => it !== "").join(", ") });
    keep(link, { ...withFound(before, found, now), theirs, setups });
    options.onChange();
  };

  /** While the disk is full nothing more is held for it: what was found is shown all the same. */
  const keep = (link: IdText, doc: KeptCheck): void => {
    kept.set(link, doc);
    if (writer.room().at === "free") void writer.write((tx) => tx.put(checkKind, link, toDoc(doc)));
  };

  const checkOne = async (link: IdText, mine: OwnFacts): Promise<void> => {
    const it = knownOf(link);
    const peer = links.peer(link);
    const up = peer !== null && links.reachable(link).up;
    it.answer = up ? await talk.ask(peer) : null;
    if (stopped) return;
    it.far = up ? await ports.far(link, it.answer?.report ?? null) : null;
    if (stopped) return;
    if (up && it.far !== null) talk.tell(peer, it.far.places, it.far.station);
    if (links.all().some((one) => one.link === link)) conclude(link, mine);
  };

  const once = async (): Promise<void> => {
    const mine = await ports.own();
    own = mine;
    if (stopped) return;
    await Promise.all(links.all().map(({ link }) => checkOne(link, mine)));
    for (const gone of [...kept.keys()].filter((link) => !links.all().some((it) => it.link === link))) {
      kept.delete(gone);
      known.delete(gone);
      if (writer.room().at === "free") void writer.write((tx) => tx.remove(checkKind, gone));
    }
  };

  const round = (): Promise<void> => {
    running ??= once().finally(() => (running = null));
    return running;
  };

  const again = (delay: Ms): void => {
    stopWaiting = clock.wait(delay, () => {
      void round().finally(() => {
        if (!stopped) again(soon());
      });
    });
  };
  const soon = (): Ms => ms(Math.floor(checkEvery * (1 - ((random(1)[0] ?? 0) / 256) * 0.1)));

  return {
    heard: talk.heard,
    findings: (link) => (kept.get(link) ?? nothingKept).findings,
    shown: () =>
      links.all().map(({ link }) => {
        const { at, findings, history, theirs } = kept.get(link) ?? nothingKept;
        const said = say(link, clock.now());
        const dated = byDate(datedOf(said, theirs));
        const { answer } = knownOf(link);
        const versionsOf = ({ program, runtime, versions }: StationReport): string =>
          `${program}, ${runtime}, protocol ${versions.newest}`;
        return {
          link,
          at,
          findings,
          history,
          time: answer?.time ?? null,
          versions: { ours: versionsOf(said), theirs: answer === null ? null : versionsOf(answer.report) },
          dated,
          horizon: horizonOf(dated, clock.now()),
        };
      }),
    round,
    start: () => again(minutes(1)),
    stop: () => {
      stopped = true;
      stopWaiting();
      talk.stop();
    },
  };
}

const datedOf = (said: StationReport, theirs: readonly DatedItem[]): readonly DatedItem[] => [
  ...said.dated.map((it) => ({ ...it, whose: "ours" as const })),
  ...theirs,
];

function codeOf(peer: PeerLink | null): ErrorCode | null {
  const status = peer?.status();
  return status?.at === "trying" || status?.at === "frozen" ? status.code : null;
}
