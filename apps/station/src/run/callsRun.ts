// Runs the duty of calls: its lines are one document, written in the same transaction as the envelopes that a step sends
// and the place in the inbox of the one that caused it. A restart at any point finds a line that agrees with what was said.
// A station runs it twice, for people's calls and for drills: the same code on lines of their own ([DR1] of docs/spec/drill.md).
import type { Bytes } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Cancel, type Clock, type Instant, after as later, ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import type { CallPayload } from "@parley/protocol/peer/call";
import { drillPayload } from "@parley/protocol/peer/drill";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { ringLasts } from "@parley/call/deadlines";
import { patient } from "@parley/call/patient";
import type { Random } from "@parley/base/random";
import {
  type Calls,
  type CallsContext,
  type CallsEvent,
  type Command,
  type Desk,
  type ToTerminal,
  noCalls,
} from "../duty/calls/port.ts";
import { decide, nextDeadline } from "../duty/calls.ts";
import type { Store, Transaction } from "../store/port.ts";
import { encodePayload, toPayload } from "./callsWire.ts";
import { callsDoc } from "./callsDoc.ts";
import { fromDoc, toDoc } from "./json.ts";
import type { LinksRun } from "./linksRun.ts";
import type { After, Writer } from "./writer.ts";

/** What the lines are for. */
export type CallsPurpose = "talk" | "drill";

export const callsDocKinds = { talk: "calls", drill: "drillCalls" } as const;
const only = "all";

/** A drill's words are a call's, wrapped. */
const wireOf = {
  talk: { kind: payloadKinds.call, bytesOf: encodePayload },
  drill: {
    kind: payloadKinds.drill,
    bytesOf: (message: CallPayload): Bytes => encode(drillPayload, { type: "call", message }),
  },
} as const;

export type CallsRun = {
  readonly state: () => Calls;
  readonly command: (command: Command) => Promise<void>;
  readonly within: (tx: Transaction, after: After, command: Command) => void;
  readonly start: () => void;
  readonly stop: () => void;
};

export type CallsRunOptions = {
  readonly purpose: CallsPurpose;
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
  /** The ledger, the record and the link's keys follow from what is noted, said and true of the lines, in the same transaction. */
  readonly onFact: (tx: Transaction, after: After, event: Exclude<CallsEvent, { type: "receipt" }>) => void;
  readonly onSaid: (tx: Transaction, after: After, link: IdText, payload: CallPayload) => void;
  readonly onLines: (tx: Transaction, after: After, calls: Calls) => void;
};

export async function runCalls(options: CallsRunOptions): Promise<CallsRun> {
  const { store, writer, clock, links } = options;
  const docKind = callsDocKinds[options.purpose];
  const wire = wireOf[options.purpose];
  const found = certain(await store.doc(docKind, only));
  let calls: Calls = found === null ? noCalls : woken(certain(fromDoc(callsDoc, found, docKind)), clock.now());
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
      const sent = peer.put(tx, wire.kind, wire.bytesOf(payload));
      options.onSaid(tx, after, link, payload);
      // An outbox that is full holds a year of envelopes that nobody took: what is lost here is named by the link itself.
      if (sent.ok) after(() => peer.wake());
    }
    for (const event of decision.events) {
      if (event.type !== "receipt") options.onFact(tx, after, event);
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
    // Every terminal is away from a station that starts, so a ring whose minute is over waits for them anew ([CA24]).
    return [link, { ...it, lapses: null, line: late ? { ...line, until: latest } : line }] as const;
  });
  return { links: Object.fromEntries(each) };
}
