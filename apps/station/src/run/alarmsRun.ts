// Alarms as the station keeps them: what terminals saw go wrong in a call, and which officer took up or shelved which alarm. All
// of it is in the ledger, so every console shows the same, and who acknowledged what can be read years later. Which alarms
// there are besides (lines, missed rings) follows from what consoles know anyway.
import { type Of, encode, decode, oneOf, struct, text, variant } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Clock, type Instant, type Ms, after as later, minutes } from "@parley/base/time";
import { decodeEntry } from "@parley/ledger/entry";
import { ownRecord } from "@parley/ledger/record";
import { type IdText, callId, idText, linkId, terminalId } from "@parley/protocol/ids";
import { maxAlarmIdBytes, maxAlarmsKept, maxNameBytes } from "@parley/protocol/limits";
import { wireInstant } from "@parley/protocol/peer/call";
import { type OfficerId, officerId } from "@parley/protocol/signed/revocation";
import { type House, streamFaults } from "@parley/protocol/terminal/console";
import type { Store } from "../store/port.ts";
import { ownCall, ownLink, ownTerminal } from "./ownIds.ts";
import { replay } from "./replay.ts";
import type { Writer } from "./writer.ts";

export const alarmKind = "alarm";

const by = { officer: officerId, name: text(maxNameBytes), at: wireInstant };

export const alarmFact = variant({
  raised: [
    1,
    struct({
      link: linkId,
      call: callId,
      terminal: terminalId,
      what: oneOf(...streamFaults),
      at: wireInstant,
    }),
  ],
  acknowledged: [2, struct({ alarm: text(maxAlarmIdBytes), ...by })],
  shelved: [3, struct({ alarm: text(maxAlarmIdBytes), ...by, until: wireInstant })],
});
export type AlarmFact = Of<typeof alarmFact>;
export type Raised = Pick<AlarmFact & { type: "raised" }, "what"> & {
  readonly link: IdText;
  readonly call: IdText;
  readonly terminal: IdText;
};

/** What repeats within this time is one more of the same and not written again: a terminal cannot fill the ledger. */
const joined: Ms = minutes(1);

export type AlarmsRun = {
  readonly shown: () => House["alarms"];
  /** A terminal that is in this call saw it. */
  readonly raise: (raised: Raised) => Promise<void>;
  readonly acknowledge: (alarm: string, officer: OfficerId, name: string) => Promise<void>;
  readonly shelve: (alarm: string, officer: OfficerId, name: string, lasts: Ms) => Promise<void>;
};

export type AlarmsRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly onChange: () => void;
};

type Shown = House["alarms"];

export async function runAlarms({ store, writer, clock, onChange }: AlarmsRunOptions): Promise<AlarmsRun> {
  const raised = new Map<string, Shown["raised"][number]>();
  const handled = new Map<string, Shown["handled"][number]>();

  const keep = <T>(all: Map<string, T>, id: string, value: T): void => {
    all.delete(id); // the newest stands last
    all.set(id, value);
    for (const oldest of all.keys()) if (all.size > maxAlarmsKept) all.delete(oldest);
  };

  const take = (fact: AlarmFact): void => {
    switch (fact.type) {
      case "raised": {
        const [link, call] = [idText(fact.link), idText(fact.call)];
        const id = `frames ${call} ${fact.what}`;
        const before = raised.get(id);
        const { what, at } = fact;
        return keep(raised, id, { id, link, call, what, at: before?.at ?? at, times: (before?.times ?? 0) + 1 });
      }
      case "acknowledged":
      case "shelved": {
        const until = fact.type === "shelved" ? fact.until : null;
        return keep(handled, fact.alarm, { alarm: fact.alarm, by: fact.name, at: fact.at, until });
      }
    }
    fact satisfies never;
  };

  await replay(store, ({ kind, bytes }) => {
    if (kind === alarmKind) take(certain(decode(alarmFact, certain(decodeEntry(bytes)).body)));
  });

  const write = (fact: AlarmFact): Promise<void> =>
    writer.write((tx, after) => {
      tx.append(alarmKind, ownRecord(alarmKind, clock.now(), encode(alarmFact, fact)));
      take(fact);
      after(onChange);
    });

  const written = new Map<string, Instant>();

  return {
    shown: () => ({ raised: [...raised.values()], handled: [...handled.values()] }),
    raise: async ({ link, call, terminal, what }) => {
      const at = clock.now();
      const last = written.get(`${call} ${what}`);
      if (last !== undefined && at < later(last, joined)) return;
      keep(written, `${call} ${what}`, at);
      await write({
        type: "raised",
        link: ownLink(link),
        call: ownCall(call),
        terminal: ownTerminal(terminal),
        what,
        at,
      });
    },
    acknowledge: async (alarm, officer, name) => {
      // The first who takes it up answers for it; a second press changes nothing.
      if (handled.get(alarm)?.until === null) return;
      await write({ type: "acknowledged", alarm, officer, name, at: clock.now() });
    },
    shelve: async (alarm, officer, name, lasts) => {
      const at = clock.now();
      if (handled.get(alarm)?.until === null) return;
      await write({ type: "shelved", alarm, officer, name, at, until: later(at, lasts) });
    },
  };
}
