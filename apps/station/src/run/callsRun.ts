// Runs the duty of calls: its lines are one document, written in the same transaction as the envelopes that a step sends
// and the place in the inbox of the one that caused it. A restart at any point finds a line that agrees with what was said.
import type { Bytes } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Cancel, type Clock, type Instant, after as later, between, instant, ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import { ownRecord } from "@parley/ledger/record";
import type { CallPayload } from "@parley/protocol/peer/call";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { ringLasts } from "@parley/call/deadlines";
import type { Random } from "@parley/base/random";
import {
  type Calls,
  type CallsContext,
  type CallsEvent,
  type Command,
  type Desk,
  type ToTerminal,
  decide,
  nextDeadline,
  noCalls,
  noLink,
} from "../duty/calls.ts";
import type { Store, Transaction } from "../store/port.ts";
import { encodePayload, toPayload } from "./callsWire.ts";
import { callFact, callKind, factOf } from "./callFacts.ts";
import { fromDoc, toDoc } from "./json.ts";
import type { LinksRun } from "./linksRun.ts";
import type { After, Writer } from "./writer.ts";

const docKind = "calls";
const only = "all";

export type CallsRun = {
  readonly state: () => Calls;
  readonly command: (command: Command) => Promise<void>;
  readonly within: (tx: Transaction, after: After, command: Command) => void;
  readonly start: () => void;
  readonly stop: () => void;
};

export type CallsRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly us: () => PartyId;
  readonly links: LinksRun;
  readonly desks: () => readonly Desk[];
  /** Why no call is placed or answered on this link, since the records contradict each other; null where nothing stops it. */
  readonly stopped: (link: IdText) => ErrorCode | null;
  /** Signs a receipt with the station key, as Ed25519. */
  readonly sign: (message: Bytes) => Bytes;
  readonly tell: (to: IdText | null, message: Exclude<ToTerminal, { type: "refused" | "admit" }>) => void;
  readonly admit: (to: IdText, message: ToTerminal & { type: "admit" }) => void;
  readonly refuse: (to: IdText, code: ErrorCode) => void;
  /** The record and the link's keys follow from what is noted, said and true of the lines, in the same transaction. */
  readonly onFact: (tx: Transaction, after: After, event: CallsEvent, index: number) => void;
  readonly onSaid: (tx: Transaction, after: After, link: IdText, payload: CallPayload) => void;
  readonly onLines: (tx: Transaction, after: After, calls: Calls) => void;
};

export async function runCalls(options: CallsRunOptions): Promise<CallsRun> {
  const { store, writer, clock, links } = options;
  const found = certain(await store.doc(docKind, only));
  let calls: Calls = found === null ? noCalls : woken(fromDoc(found), clock.now());
  let timer: Cancel = () => undefined;
  let stopped = false;

  const now = patient(clock, () => Object.values(calls.links).some(({ line }) => line.at === "ringing"));

  const context = (): CallsContext => ({
    desks: options.desks(),
    generations: new Map(
      links
        .all()
        .map(({ link }) => [link, options.stopped(link) === null ? links.generations(link).map(({ n }) => n) : []]),
    ),
    stopped: options.stopped,
    newCall: () => idText(options.random(16)),
  });

  const within = (tx: Transaction, after: After, command: Command): void => {
    const decision = decide(calls, command, context(), now());
    if (decision.calls !== calls) tx.put(docKind, only, toDoc(decision.calls));
    calls = decision.calls;
    for (const { link, message } of decision.toPeers) {
      const peer = links.peer(link);
      const payload = toPayload(message, link, options.us(), clock.now(), options.sign);
      if (peer === null || payload === null) continue;
      const sent = peer.put(tx, payloadKinds.call, encodePayload(payload));
      options.onSaid(tx, after, link, payload);
      // An outbox that is full holds a year of envelopes that nobody took: what is lost here is named by the link itself.
      if (sent.ok) after(() => peer.wake());
    }
    for (const event of decision.events) {
      if (event.type === "receipt") continue;
      const at = clock.now();
      const index = tx.append(callKind, ownRecord(callKind, at, encode(callFact, factOf(event, at))));
      options.onFact(tx, after, event, index);
    }
    options.onLines(tx, after, calls);
    for (const { to, message } of decision.toTerminals) after(() => deliver(to, message));
    after(watchTime);
  };

  const deliver = (to: IdText | null, message: ToTerminal): void => {
    if (message.type === "refused") {
      if (to !== null) options.refuse(to, message.code);
    } else if (message.type === "admit") {
      if (to !== null) options.admit(to, message);
    } else options.tell(to, message);
  };

  const command = (it: Command): Promise<void> => writer.write((tx, after) => within(tx, after, it));

  const watchTime = (): void => {
    timer();
    const next = nextDeadline(calls);
    if (next === null || stopped) return;
    timer = clock.wait(ms(Math.max(0, next - now())), () => void command({ from: "time" }));
  };

  return {
    state: () => calls,
    command,
    within,
    start: watchTime,
    stop: () => {
      stopped = true;
      timer();
    },
  };
}

/** As they were when the station went down; no ring has more than its minute left, though the clock was set back since. */
function woken({ links }: Calls, now: Instant): Calls {
  const latest = later(now, ringLasts);
  const each = Object.entries(links).map(([link, it]) => {
    const { line } = it;
    const late = line.at === "ringing" && line.until > latest;
    // What an older version of this program did not keep is as it was never known.
    return [link, { ...noLink, ...it, line: late ? { ...line, until: latest } : line }] as const;
  });
  return { links: Object.fromEntries(each) };
}

/** The wall clock, but while something rings it only runs: a ring has its minute even when the clock is set ([CA3]). */
function patient(clock: Clock, rings: () => boolean): () => Instant {
  let ahead = between(instant(clock.elapsed()), clock.now());
  return () => {
    if (!rings()) ahead = between(instant(clock.elapsed()), clock.now());
    return later(instant(clock.elapsed()), ahead);
  };
}
