// Runs the duty of alarms: looks at what is so, keeps alarms and deliveries in one document, in the transaction that also writes the
// ledger and speaks to the other party, and hands each delivery to its way until it gets through ([AL6]-[AL8] of docs/spec/alarm.md).
// A full disk stops none of it: what cannot be kept is told all the same, and kept once there is room.
import type { Bytes } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain, ok } from "@parley/base/result";
import { type Cancel, type Clock, type Instant, type Ms, after as later, ms, seconds } from "@parley/base/time";
import { ownRecord } from "@parley/ledger/record";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import { type AlarmPayload, decodeAlarm } from "@parley/protocol/peer/alarm";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { AlarmShown } from "@parley/protocol/terminal/alarm";
import type { streamFaults } from "@parley/protocol/terminal/console";
import { nextDue, step } from "../duty/alarms.ts";
import { condition } from "../duty/alarms/conditions.ts";
import { type Alarms, type Condition, type Effect, type Event, noAlarms } from "../duty/alarms/port.ts";
import {
  type Delivery,
  type Queue,
  type WayState,
  delivered,
  due,
  emptyQueue,
  failed,
  nextDelivery,
  onlyWays,
  queued,
  trusted,
} from "../duty/alarms/queue.ts";
import { allowance } from "../peer/allowance.ts";
import type { Store, Transaction } from "../store/port.ts";
import { type AlarmFact, type Officer, alarmFact, alarmKind, factOf } from "./alarmFacts.ts";
import type { Sent, Way } from "./alarmWay.ts";
import { alarmsDoc } from "./alarmsDoc.ts";
import { shownOf } from "./alarmView.ts";
import { fromDoc, toDoc } from "./json.ts";
import { untilNext } from "./lookAgain.ts";
import { ownCall, ownLink, ownTerminal } from "./ownIds.ts";
import type { After, Writer } from "./writer.ts";

const docKind = "alarms";
const only = "all";

/** How often it is looked what is so: a person is told within that, and a look is a few comparisons. */
const looksEvery: Ms = seconds(2);
const leastWait: Ms = ms(50);
/** Words of a linked party about alarms that are heard; more would only fill our disk. */
const saysAMinute = 30;
/** How long a station that stops waits for what is being delivered; what is late goes once more after the next start. */
const leavesWithin: Ms = seconds(2);

export type Raised = {
  readonly link: IdText;
  readonly call: IdText;
  readonly terminal: IdText;
  readonly what: (typeof streamFaults)[number];
};

export type AlarmsRun = {
  readonly shown: () => AlarmShown[];
  readonly ways: () => readonly (WayState & { readonly waiting: number })[];
  /** A terminal that is in this call saw it. */
  readonly raise: (raised: Raised) => Promise<void>;
  readonly acknowledge: (alarm: string, officer: OfficerId, name: string) => Promise<void>;
  readonly shelve: (alarm: string, officer: OfficerId, name: string, lasts: Ms) => Promise<void>;
  /** A linked party's station spoke of an alarm there, in the transaction that takes its envelope. */
  readonly heard: (tx: Transaction, after: After, link: IdText, payload: Bytes) => void;
  /** Sends a trial each way, at once and once. */
  readonly trial: () => Promise<readonly { readonly way: string; readonly failed: Sent }[]>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

export type AlarmsRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  /** Everything that is so now and wants a person, given how the ways have done. */
  readonly look: (ways: readonly WayState[]) => readonly Condition[];
  readonly ways: readonly Way[];
  readonly patience: Ms;
  readonly nameOf: (words: string) => string;
  /** Puts it into that line's outbox; does nothing where there is no such line any more. */
  readonly tellParty: (tx: Transaction, after: After, link: IdText, say: AlarmPayload) => void;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

/** What an effect wants written, once something can be. */
type Owed = (tx: Transaction, after: After) => void;

export async function runAlarms(options: AlarmsRunOptions): Promise<AlarmsRun> {
  const { store, writer, clock, ways } = options;
  const found = certain(await store.doc(docKind, only));
  const read = found === null ? ok({ alarms: noAlarms, queue: emptyQueue }) : fromDoc(alarmsDoc, found, docKind);
  if (!read.ok) options.report(read.error);
  let alarms: Alarms = read.ok ? read.value.alarms : noAlarms;
  const names = ways.map(({ name }) => name);
  let queue: Queue = onlyWays(read.ok ? read.value.queue : emptyQueue, names);
  /** The deliveries that are on the disk: none goes out that a restart would make up anew under another name. */
  const kept = new Set(queue.waiting.map(({ id }) => id));
  const underWay = new Map<string, { readonly id: string; readonly done: Promise<void> }>();
  const allowances = new Map<IdText, () => boolean>();
  let owed: readonly Owed[] = [];
  let isUnkept = false;
  let timer: Cancel = () => undefined;
  let lookedAt: Instant | null = null;
  let standing: "waiting" | "running" | "stopping" | "over" = "waiting";

  const context = {
    second: ways.some(({ to }) => to === "second"),
    patience: options.patience,
    nameOf: options.nameOf,
  };

  const save = (tx: Transaction, after: After): void => {
    const deeds = owed;
    owed = [];
    isUnkept = false;
    for (const deed of deeds) deed(tx, after);
    tx.put(docKind, only, toDoc({ alarms, queue }));
    const saved = queue.waiting.map(({ id }) => id);
    after(() => {
      kept.clear();
      for (const id of saved) kept.add(id);
    });
  };

  /** Keeps what has changed, or remembers that it must be kept: a full disk holds up nothing that a person should hear. */
  const keep = async (): Promise<void> => {
    isUnkept = true;
    if (writer.room().at === "free") await writer.write(save);
  };

  const move = (event: Event, officer: Officer | null): void => {
    const decision = step(alarms, event, context, clock.now());
    alarms = decision.state;
    for (const effect of decision.effects) carry(effect, officer);
  };

  const carry = (effect: Effect, officer: Officer | null): void => {
    switch (effect.type) {
      case "tell":
        for (const way of ways) deliver(way, effect);
        return;
      case "party": {
        const { link, say } = effect;
        owed = [...owed, (tx, after) => options.tellParty(tx, after, link, say)];
        return;
      }
      case "opened":
      case "wentOn":
      case "acknowledged":
      case "shelved": {
        const fact = factOf(effect, officer, clock.now());
        if (fact !== null) note(fact);
        return;
      }
    }
    effect satisfies never;
  };

  const note = (fact: AlarmFact): void => {
    owed = [...owed, (tx) => void tx.append(alarmKind, ownRecord(alarmKind, clock.now(), encode(alarmFact, fact)))];
  };

  const deliver = (way: Way, { to, what, alarm }: Effect & { type: "tell" }): void => {
    if (way.to !== to || alarm.rank > way.least || !way.says.includes(what)) return;
    const at = clock.now();
    const id = `${way.name} ${alarm.id} ${what} ${to} ${at}`;
    queue = queued(
      queue,
      { id, way: way.name, what, to, alarm, at },
      new Set([...underWay.values()].map((it) => it.id)),
    );
  };

  /** `fact` is for the ledger, where the event changes anything. */
  const apply = async (event: Event, officer: Officer | null = null, fact: AlarmFact | null = null): Promise<void> => {
    const before = alarms;
    move(event, officer);
    const isNews = owed.length > 0 || JSON.stringify(before) !== JSON.stringify(alarms);
    if (isNews && fact !== null) note(fact);
    if (isNews) options.onChange();
    const saved = isNews || isUnkept ? keep() : Promise.resolve();
    watchTime();
    if (writer.room().at === "full") pump();
    await saved;
    pump();
  };

  /** Hands over what is due, one thing at a time each way. What a crash interrupts goes once more, under the same name. */
  const pump = (): void => {
    if (standing !== "running") return;
    for (const item of due(queue, clock.now())) {
      const way = ways.find(({ name }) => name === item.way);
      if (way === undefined || underWay.has(way.name)) continue;
      if (!kept.has(item.id) && writer.room().at === "free") continue;
      underWay.set(way.name, { id: item.id, done: handOver(way, item) });
    }
  };

  const handOver = async (way: Way, item: Delivery): Promise<void> => {
    const why = await way.send(item);
    underWay.delete(way.name);
    if (standing === "over") return;
    queue = why === null ? delivered(queue, item) : failed(queue, item, why, clock.now());
    if (why !== null) options.report(problem("ALARM_WAY_FAILS", `${item.way}: ${why}`));
    await keep();
    pump();
    watchTime();
  };

  const mayTell = (link: IdText): boolean => {
    const one = allowances.get(link) ?? allowance(saysAMinute, clock);
    allowances.set(link, one);
    return one();
  };

  const watchTime = (): void => {
    timer();
    if (standing !== "running") return;
    const now = clock.now();
    const times = [nextDue(alarms), nextDelivery(queue), later(lookedAt ?? now, looksEvery)].filter(
      (it) => it !== null,
    );
    const next = times.reduce((a, b) => (a < b ? a : b));
    timer = clock.wait(untilNext(next, now, looksEvery, leastWait), look);
  };

  const look = (): void => {
    lookedAt = clock.now();
    void apply({ type: "found", conditions: options.look(queue.ways) });
  };

  return {
    shown: () => alarms.alarms.flatMap((it) => shownOf(it) ?? []),
    ways: () =>
      names.map((way) => ({
        ...(queue.ways.find((it) => it.way === way) ?? { way, delivered: 0, failed: 0, givenUp: 0, failing: null }),
        waiting: queue.waiting.filter((it) => it.way === way).length,
      })),
    raise: ({ link, call, terminal, what }) => {
      const kind = what === "forgedFrames" ? "FRAMES_FORGED" : "FRAMES_UNSEALED";
      const fact = { link: ownLink(link), call: ownCall(call), terminal: ownTerminal(terminal), what, at: clock.now() };
      const happened = condition(kind, { link, whose: "theirs", mark: call });
      return apply({ type: "happened", condition: happened }, null, { type: "raised", ...fact });
    },
    acknowledge: (alarm, id, name) => apply({ type: "acknowledge", alarm, by: name }, { id, name }),
    shelve: (alarm, id, name, lasts) =>
      apply({ type: "shelve", alarm, by: name, until: later(clock.now(), lasts) }, { id, name }),
    heard: (tx, after, link, payload) => {
      if (!mayTell(link)) return;
      const say = decodeAlarm(payload);
      if (!say.ok) return after(() => options.report(say.error));
      move({ type: "heard", link, say: say.value }, null);
      save(tx, after);
      after(options.onChange);
      after(pump);
      after(watchTime);
    },
    trial: () =>
      Promise.all(
        ways.map(async (way) => {
          const why = await way.send("trial");
          if (why === null) queue = trusted(queue, way.name);
          return { way: way.name, failed: why };
        }),
      ),
    start: () => {
      standing = "running";
      look();
    },
    stop: async () => {
      standing = "stopping";
      timer();
      const late = new Promise<void>((done) => clock.wait(leavesWithin, done));
      await Promise.race([Promise.all([...underWay.values()].map(({ done }) => done)), late]);
      standing = "over";
    },
  };
}
