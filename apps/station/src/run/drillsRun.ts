// Runs the duty of drills: one document, written in the transaction that sends and takes its words; its calls are placed, rung
// and ended on the lines that are for drills (callsRun), and its reports go into the ledger signed by both. Nothing in here ever
// touches a line of people's calls: it only hears of them, and gives way.
import { type Bytes, compare, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Random, below } from "@parley/base/random";
import { certain, ok } from "@parley/base/result";
import type { Cancel, Clock, Ms } from "@parley/base/time";
import { openCall, takesPart } from "@parley/call/state";
import { jointRecord, ownRecord } from "@parley/ledger/record";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idOf, idText } from "@parley/protocol/ids";
import { drillPayload } from "@parley/protocol/peer/drill";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import type { DrillSession } from "@parley/protocol/signed/drillReport";
import type { Digest } from "@parley/protocol/signed/hash";
import type { DrillLeft, Found, LineDrills } from "@parley/protocol/terminal/drill";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import type { Calls, FromTerminal } from "../duty/calls/port.ts";
import {
  type DrillTerminal,
  type Drills,
  type DrillsCommand,
  type DrillsContext,
  type DrillsDecision,
  type DrillsEffect,
  type Run,
  noDrills,
} from "../duty/drills/port.ts";
import { decide, nextTick, shownDrills } from "../duty/drills.ts";
import type { PeerLink } from "../peer/peerLink.ts";
import type { Store, Transaction } from "../store/port.ts";
import type { CallsRun } from "./callsRun.ts";
import { type VerifyReceipt, decodeCallFromPeer } from "./callsWire.ts";
import { type DrillFact, drillFact, drillKind, drillOwnKind } from "./drillFacts.ts";
import { drillsDoc } from "./drillsDoc.ts";
import { fromDoc } from "./json.ts";
import type { LinksRun } from "./linksRun.ts";
import { untilNext } from "./lookAgain.ts";
import { ownCall, ownLink } from "./ownIds.ts";
import type { After, Writer } from "./writer.ts";

const docKind = "drills";
const only = "all";

export type DrillsSettings = {
  readonly period: Ms;
  /** How long nothing is looked at, at most: a change of what runs here is found within that. */
  readonly looksEvery: Ms;
  readonly ringFor: readonly [number, number];
  readonly talkFor: readonly [number, number];
  readonly sessions: readonly DrillSession[];
  /** What the station runs besides its terminals' code and its settings are known by: anything that names both. */
  readonly station: Digest;
};

/** What the duty needs of the party's terminals. */
export type DrillTerminalsPort = {
  /** Those that are on, say that they are idle, and know drills. */
  readonly idle: () => readonly DrillTerminal[];
  readonly tell: (
    to: IdText,
    message: Extract<ToTerminal, { type: "drillPlan" | "drillMeasured" | "drillGivenUp" }>,
  ) => void;
  /** Something about some line's drills is to be shown. */
  readonly changed: () => void;
};

export type DrillsRun = {
  /** From a terminal that takes part in a drill. */
  readonly fromTerminal: (terminal: IdText, message: FromTerminal) => Promise<void>;
  readonly found: (terminal: IdText, call: IdText, at: "measured" | "over", found: Found) => Promise<void>;
  /** A terminal takes no part in that drill, or none any more. */
  readonly left: (terminal: IdText, call: IdText, why: DrillLeft) => Promise<void>;
  /** A terminal is there anew: it is told again of the drill that it takes part in, if there is one. */
  readonly came: (terminal: IdText) => Promise<void>;
  /** A terminal came, went, or is in use. */
  readonly look: () => void;
  readonly heard: (
    tx: Transaction,
    after: After,
    link: PeerLink,
    payload: Bytes,
    age: Ms,
    verify: VerifyReceipt,
  ) => void;
  /** People's lines as they now are. */
  readonly talk: (tx: Transaction, after: After, calls: Calls) => void;
  /** The drills' own lines as they now are. */
  readonly lines: (tx: Transaction, after: After, calls: Calls) => void;
  /** The terminal of ours that takes part in the drill which is under way: all that a drill's lines know of. */
  readonly engaged: () => readonly IdText[];
  /** Rehearses that line at once; resolves with the verdict, or with null when it was given up. DRILL_GIVEN_UP. */
  readonly now: (link: IdText) => Promise<LineDrills["verdict"]>;
  readonly shown: () => readonly LineDrills[];
  readonly start: () => void;
  readonly stop: () => void;
};

export type DrillsRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly us: () => PartyId;
  readonly links: LinksRun;
  readonly settings: DrillsSettings;
  readonly calls: CallsRun;
  /** People's lines. */
  readonly talking: () => Calls;
  readonly terminals: () => DrillTerminalsPort | null;
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: IdText, by: EntrySignature, message: Bytes) => boolean;
  readonly report: (error: ParleyError) => void;
};

export async function runDrills(options: DrillsRunOptions): Promise<DrillsRun> {
  const { store, writer, clock, random, links, settings, calls } = options;
  const found = certain(await store.doc(docKind, only));
  // A drill in which a restart came between is nobody's: it is given up and its line hung up at the start.
  const read = found === null ? ok(noDrills) : fromDoc(drillsDoc, found, docKind);
  // Nothing that was promised lies there: what cannot be read is rehearsed anew.
  if (!read.ok) options.report(read.error);
  let drills: Drills = read.ok ? read.value : noDrills;
  /** The document of `drills`. */
  let kept = JSON.stringify(drills);
  let timer: Cancel = () => undefined;
  let stopped = true;
  let waiting: { readonly link: IdText; readonly done: (verdict: LineDrills["verdict"]) => void }[] = [];

  const under = (): Run | undefined => drills.runs.find(({ at }) => at === "under" || at === "lastWord");

  const inUse = (link: IdText): boolean => {
    const line = options.talking().links[link]?.line;
    return line !== undefined && openCall(line) !== null;
  };

  const talksAt = (terminal: IdText): boolean =>
    Object.values(options.talking().links).some(({ line }) => takesPart(line, terminal));

  const context = (): DrillsContext => {
    const us = options.us();
    return {
      us,
      links: links.all().flatMap(({ link, party }) => {
        const id = idOf<PartyId>(party, 32);
        if (id === null) return [];
        return [
          {
            link,
            party: id,
            turn: compare(us, id) < 0 ? ("even" as const) : ("odd" as const),
            reachable: links.reachable(link).up,
            usable: links.generations(link).length > 0,
            inUse: inUse(link),
          },
        ];
      }),
      idle: (options.terminals()?.idle() ?? []).filter(({ terminal }) => !talksAt(terminal)),
      station: idText(settings.station),
      period: settings.period,
      ringFor: settings.ringFor,
      talkFor: settings.talkFor,
      sessions: settings.sessions,
      draw: (bound) => below(random, bound),
      newCall: () => idText(random(16)),
      sign: options.sign,
      verify: (party, by, message) => options.verify(idText(party), by, message),
    };
  };

  const within = (tx: Transaction, after: After, command: DrillsCommand): readonly DrillsEffect[] => {
    const decision = decide(drills, command, context(), clock.now());
    const text = JSON.stringify(decision.drills);
    if (decision.effects.length > 0 || text !== kept) tx.put(docKind, only, utf8(text));
    drills = decision.drills;
    kept = text;
    for (const effect of decision.effects) carry(tx, after, effect);
    after(watchTime);
    after(() => options.terminals()?.changed());
    return decision.effects;
  };

  const carry = (tx: Transaction, after: After, effect: DrillsEffect): void => {
    const now = clock.now();
    switch (effect.type) {
      case "place": {
        const { link, terminal, session } = effect;
        placing = terminal;
        calls.within(tx, after, { from: "terminal", terminal, message: { type: "place", link } });
        placing = null;
        const line = calls.state().links[link]?.line;
        const call = line === undefined ? null : openCall(line);
        if (call === null) return carry(tx, after, { type: "over", link, verdict: null });
        within(tx, after, { type: "placed", link, terminal, session, call });
        return;
      }
      case "takeRing":
        return;
      case "hangUp":
        return calls.within(tx, after, {
          from: "terminal",
          terminal: "",
          message: { type: "hangUp", call: effect.call },
        });
      case "send":
        return links.put(tx, after, effect.link, payloadKinds.drill, encode(drillPayload, effect.message));
      case "plan": {
        const { terminal, call, ringFor, talkFor, session } = effect;
        const again = { ...(session === "direct" ? {} : { session }), ...(effect.again ? { again: true } : {}) };
        return after(() =>
          options.terminals()?.tell(terminal, { type: "drillPlan", call, ringFor, talkFor, ...again }),
        );
      }
      case "tell":
        return after(() => options.terminals()?.tell(effect.terminal, { type: effect.what, call: effect.call }));
      case "joint":
        tx.append(drillKind, jointRecord("drill", now, effect.body, effect.signatures));
        return;
      case "alone": {
        const { call, role, session, part, verdict } = effect;
        const fact = { link: ownLink(effect.link), drill: ownCall(call), role, part, verdict, at: now };
        const body: DrillFact =
          session === "direct" ? { type: "alone", ...fact } : { type: "aloneInSession", ...fact, session };
        tx.append(drillOwnKind, ownRecord(drillOwnKind, now, encode(drillFact, body)));
        return;
      }
      case "missed": {
        const fact = { type: "missed" as const, link: ownLink(effect.link), expected: effect.expected, at: now };
        tx.append(drillOwnKind, ownRecord(drillOwnKind, now, encode(drillFact, fact)));
        return;
      }
      case "over": {
        const done = waiting.filter(({ link }) => link === effect.link);
        waiting = waiting.filter(({ link }) => link !== effect.link);
        return after(() => {
          for (const one of done) one.done(effect.verdict);
        });
      }
      case "refused":
        return after(() => options.report(effect.error));
    }
    effect satisfies never;
  };

  /** The terminal that a drill is about to be placed from. */
  let placing: IdText | null = null;

  /** Whether it changes anything; what does not is not written. */
  const isNews = (decision: DrillsDecision): boolean =>
    decision.effects.length > 0 || JSON.stringify(decision.drills) !== kept;

  const tick = (): void => {
    if (isNews(decide(drills, { type: "tick" }, context(), clock.now()))) void command({ type: "tick" });
    else watchTime();
  };

  const command = (it: DrillsCommand): Promise<void> => writer.write((tx, after) => void within(tx, after, it));

  const watchTime = (): void => {
    timer();
    if (stopped) return;
    const next = nextTick(drills, settings.period);
    timer = clock.wait(untilNext(next, clock.now(), settings.looksEvery), tick);
  };

  return {
    fromTerminal: (terminal, message) =>
      message.type === "place" ? Promise.resolve() : calls.command({ from: "terminal", terminal, message }),
    found: (terminal, call, at, it) => command({ type: "found", terminal, call, at, found: it }),
    left: (terminal, call, why) => command({ type: "left", terminal, call, why }),
    came: async (terminal) => {
      if (under()?.terminal !== terminal) return;
      await command({ type: "came", terminal });
      await calls.command({ from: "presence", terminal });
    },
    look: () => {
      if (!stopped) tick();
    },
    heard: (tx, after, link, payload, age, verify) => {
      const heard = decode(drillPayload, payload);
      if (!heard.ok) return after(() => options.report(problem("MESSAGE_MALFORMED", `drill: ${heard.error.reason}`)));
      const it = heard.value;
      const id = idText(link.id);
      if (it.type !== "call") return void within(tx, after, { type: "peer", link: id, message: it });
      const message = decodeCallFromPeer(it.message, link.id, link.peer, age, verify);
      if (!message.ok) return after(() => options.report(message.error));
      if (message.value === null) return;
      if (message.value.type === "ring") {
        const effects = within(tx, after, { type: "ring", link: id, call: message.value.call });
        if (!effects.some(({ type }) => type === "takeRing")) return;
      }
      calls.within(tx, after, { from: "peer", link: id, message: message.value });
    },
    talk: (tx, after, talking) => {
      if (under() === undefined) return;
      const open = Object.entries(talking.links).filter(([, { line }]) => openCall(line) !== null);
      if (open.length === 0) return;
      const terminals = drills.runs.flatMap(({ terminal }) => terminal ?? []);
      within(tx, after, {
        type: "wanted",
        links: open.map(([link]) => link),
        terminals: terminals.filter((terminal) => open.some(([, { line }]) => takesPart(line, terminal))),
      });
    },
    lines: (tx, after, lines) => {
      for (const run of drills.runs) {
        const line = lines.links[run.link]?.line;
        const open = line !== undefined && openCall(line) === run.call;
        if (run.at === "under" && !open && calledHere(run, lines))
          within(tx, after, { type: "lineOver", call: run.call });
      }
    },
    engaged: () => [placing ?? under()?.terminal ?? []].flat(),
    now: (link) =>
      new Promise((resolve) => {
        waiting = [...waiting, { link, done: resolve }];
        void command({ type: "now", link });
      }),
    shown: () => links.all().flatMap(({ link }) => shownDrills(drills, link, settings.period) ?? []),
    start: () => {
      stopped = false;
      const open = Object.values(calls.state().links).flatMap(({ line }) => openCall(line) ?? []);
      for (const call of open)
        void calls.command({ from: "terminal", terminal: "", message: { type: "hangUp", call } });
      void command({ type: "restarted" });
      void command({ type: "tick" });
    },
    stop: () => {
      stopped = true;
      timer();
    },
  };
}

/** Whether the drill's ring has come to its line: before that the line is not over, it has not begun. */
const calledHere = (run: Run, lines: Calls): boolean => {
  const line = lines.links[run.link]?.line;
  return line !== undefined && line.at !== "idle" && line.call === run.call;
};
