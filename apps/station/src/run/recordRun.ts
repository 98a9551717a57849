// Runs the duty of the record: listens to what calls say and hear, keeps each call's record as a document until both ledgers
// hold its entry, and appends that entry in the transaction that takes or sends the message which makes it whole.
import { type Bytes, base64url } from "@parley/base/bytes";
import { type Codec, decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Clock, type Instant, type Ms, instant } from "@parley/base/time";
import { type Line, isInCall, openCall } from "@parley/call/state";
import { decodeEntry, differsKind } from "@parley/ledger/entry";
import { jointRecord, ownRecord } from "@parley/ledger/record";
import { decodeAs } from "@parley/protocol/decodeAs";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idOf, idText } from "@parley/protocol/ids";
import { type CallPayload, callPayload, receiptHash } from "@parley/protocol/peer/call";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { type EntrySignature, callAccount, callEntry } from "@parley/protocol/signed/callEntry";
import { decodeCallEntry, decodeDifferingCallEntry } from "@parley/protocol/signed/keptCallEntry";
import type { Calls, CallsEvent } from "../duty/calls/port.ts";
import type { Place } from "../duty/record/account.ts";
import { type CallRecord, type RecordCommand, type RecordEffect, decide } from "../duty/record/record.ts";
import type { Store, StoredEvent, Transaction } from "../store/port.ts";
import { callFact, callKind } from "./callFacts.ts";
import { fromDoc, toDoc } from "./json.ts";
import type { LinksRun } from "./linksRun.ts";
import { ownCall, ownLink } from "./ownIds.ts";
import { recordDoc } from "./recordDoc.ts";
import { replay } from "./replay.ts";
import type { After } from "./writer.ts";

export const recordDocKind = "record";

/** How far the record of an answered call has come, and the entry that says so; of a `crossed` one it is at its end. */
export type Recorded = { readonly at: "waiting" | "signedByBoth" | "differs" | "crossed"; readonly index: number };

export type RecordRun = {
  /** Of one call; null for one that was not answered, or goes on. */
  readonly of: (call: IdText) => Recorded | null;
  /** What our station said or heard of a call, inside the transaction that does; `age` of what was heard. */
  readonly said: (tx: Transaction, after: After, link: IdText, payload: CallPayload) => void;
  readonly heard: (tx: Transaction, after: After, link: IdText, payload: CallPayload, age: Ms) => void;
  /** A fact of calls, at its index. */
  readonly fact: (tx: Transaction, after: After, event: CallsEvent, index: number) => void;
  /** The lines as they now are. */
  readonly lines: (tx: Transaction, after: After, calls: Calls) => void;
};

export type RecordRunOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly us: () => PartyId;
  readonly links: LinksRun;
  /** A party as its card has it now, ours or a linked one's. */
  readonly place: (party: IdText) => Place;
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: IdText, by: EntrySignature, message: Bytes) => boolean;
  readonly tell: (call: IdText, recorded: Recorded) => void;
  readonly report: (error: ParleyError) => void;
};

export async function runRecord(options: RecordRunOptions): Promise<RecordRun> {
  const { store, clock, links } = options;
  const recorded = new Map<IdText, Recorded>();
  const records = new Map<IdText, CallRecord>();
  await replay(store, (event) => {
    const it = recordedBy(event);
    if (it !== null) recorded.set(it.call, it.recorded);
  });
  for (const { key, bytes } of certain(await store.docs(recordDocKind))) {
    const record = certain(fromDoc(recordDoc, bytes, key));
    if (record !== null) records.set(key, record);
  }

  const partyOn = (link: IdText): { readonly id: PartyId; readonly text: IdText } | null => {
    const text = links.of(link)?.party;
    const id = text === undefined ? null : idOf<PartyId>(text, 32);
    return text === undefined || id === null ? null : { id, text };
  };

  const happen = (tx: Transaction, after: After, link: IdText, call: IdText, command: RecordCommand): void => {
    const them = partyOn(link);
    if (them === null) return;
    const before = records.get(call) ?? null;
    const { record, effects } = decide(before, command, {
      link,
      call,
      us: options.us(),
      them: them.id,
      sign: options.sign,
      verify: (by, message) => options.verify(them.text, by, message),
    });
    if (record === null) records.delete(call);
    else records.set(call, record);
    if (record === null && before !== null) tx.remove(recordDocKind, call);
    else if (record !== null && record !== before) tx.put(recordDocKind, call, toDoc(record));
    for (const effect of effects) carry(tx, after, link, call, effect);
  };

  const carry = (tx: Transaction, after: After, link: IdText, call: IdText, effect: RecordEffect): void => {
    const id = ownCall(call);
    const now = clock.now();
    switch (effect.type) {
      case "propose":
        return send(tx, after, link, { type: "account", account: effect.account, by: effect.by });
      case "complete":
        return send(tx, after, link, { type: "entry", entry: effect.entry, by: effect.by });
      case "sayDiffers":
        return send(tx, after, link, { type: "differs", account: effect.account, by: effect.by });
      case "countersign":
        return send(tx, after, link, { type: "countersigned", call: id, by: effect.by });
      case "joint":
        return note(after, call, {
          at: "signedByBoth",
          index: tx.append(callKind, jointRecord("call", now, effect.body, effect.signatures)),
        });
      case "differing":
        return note(after, call, {
          at: "differs",
          index: tx.append(differsKind, ownRecord(differsKind, now, effect.body)),
        });
      case "crossed": {
        const body = encode(callFact, { type: "crossed", link: ownLink(link), call: id, at: now });
        return note(after, call, { at: "crossed", index: tx.append(callKind, ownRecord(callKind, now, body)) });
      }
      case "refused":
        return after(() => options.report(effect.error));
    }
    effect satisfies never;
  };

  const note = (after: After, call: IdText, it: Recorded): void => {
    recorded.set(call, it);
    after(() => options.tell(call, it));
  };

  const send = (tx: Transaction, after: After, link: IdText, payload: CallPayload): void => {
    // Without a way to say it the record would wait for an answer to nothing: the link reports that.
    links.put(tx, after, link, payloadKinds.call, encode(callPayload, payload));
  };

  /** A receipt is proof: it is kept whole in the ledger, whoever gave it, and named in the call's entry. */
  const receipt = (
    tx: Transaction,
    after: After,
    link: IdText,
    payload: CallPayload & { readonly type: "receipt" },
    age: Ms | null,
  ): void => {
    const it = { receipt: payload.receipt, signature: payload.signature };
    const call = idText(payload.receipt.call);
    // One that is refused by the line says nothing about a call, and one without a record none that can be answered.
    if (records.get(call)?.at !== "open") return;
    const hash = base64url(receiptHash(it));
    happen(tx, after, link, call, {
      type: "receipt",
      hash,
      answered: age !== null && payload.receipt.kind === "answered" ? age : null,
    });
    const body = encode(callFact, { type: "proof", ...it });
    tx.append(callKind, ownRecord(callKind, clock.now(), body));
  };

  const readable = <T>(after: After, codec: Codec<T>, bytes: Bytes): T | null => {
    const read = decodeAs("record", codec, bytes);
    if (read.ok) return read.value;
    after(() => options.report(read.error));
    return null;
  };
  const isSettled = (call: IdText): boolean => recorded.has(call) && !records.has(call);

  /** How far the wall clock stood ahead of the monotonic one when each call was answered, for as long as this process lives. */
  const answeredAhead = new Map<IdText, number>();
  const ahead = (at: Instant): number => at - clock.elapsed();

  return {
    of: (call) => recorded.get(call) ?? null,
    said: (tx, after, link, payload) => {
      if (payload.type === "ring")
        happen(tx, after, link, idText(payload.call), { type: "begun", ours: idText(payload.caller.terminal) });
      else if (payload.type === "moved")
        happen(tx, after, link, idText(payload.call), { type: "weMoved", to: idText(payload.to.terminal) });
      else if (payload.type === "hangUp")
        happen(tx, after, link, idText(payload.call), {
          type: "hungUp",
          whose: "ours",
          at: clock.now(),
          crossed: false,
        });
      else if (payload.type === "receipt") {
        if (payload.receipt.kind === "delivered")
          happen(tx, after, link, idText(payload.receipt.call), { type: "begun", ours: null });
        receipt(tx, after, link, payload, null);
      }
    },
    heard: (tx, after, link, payload, age) => {
      switch (payload.type) {
        case "receipt":
          return receipt(tx, after, link, payload, age);
        case "hangUp":
          return happen(tx, after, link, idText(payload.call), {
            type: "hungUp",
            whose: "theirs",
            at: instant(Math.max(0, clock.now() - age)),
            crossed: payload.why !== "hungUp",
          });
        case "moved":
          return happen(tx, after, link, idText(payload.call), { type: "moved", to: idText(payload.to.terminal) });
        case "account": {
          const account = readable(after, callAccount, payload.account);
          // Said again: it is in the ledger already.
          if (account === null || isSettled(idText(account.call))) return;
          return happen(tx, after, link, idText(account.call), { type: "proposed", account, by: payload.by });
        }
        case "entry": {
          const entry = readable(after, callEntry, payload.entry);
          if (entry === null || isSettled(idText(entry.call))) return;
          return happen(tx, after, link, idText(entry.call), { type: "completed", entry, by: payload.by });
        }
        case "differs": {
          const account = readable(after, callAccount, payload.account);
          if (account === null || isSettled(idText(account.call))) return;
          return happen(tx, after, link, idText(account.call), { type: "differs", account, by: payload.by });
        }
        case "countersigned":
          if (isSettled(idText(payload.call))) return;
          return happen(tx, after, link, idText(payload.call), { type: "countersigned", by: payload.by });
        case "ring":
        case "signal":
          return;
      }
      payload satisfies never;
    },
    fact: (tx, after, event, index) => {
      if (event.type !== "finished") return;
      note(after, event.call, { at: "waiting", index });
      const { link, call, side, answered, ended, epochs, why } = event;
      const before = answeredAhead.get(call);
      answeredAhead.delete(call);
      const clockSet = before === undefined ? null : Math.abs(ahead(ended) - before);
      const finish = { side, answered, ended, epochs, why, clockSet };
      happen(tx, after, link, call, { type: "finished", finish });
    },
    lines: (tx, after, calls) => {
      for (const [link, { line }] of Object.entries(calls.links)) {
        if (!isInCall(line) || !sitsAnew(records.get(line.call), line)) continue;
        const them = partyOn(link);
        if (them === null) continue;
        const before = records.get(line.call);
        if (before?.at !== "open" || before.held.places === null) answeredAhead.set(line.call, ahead(line.answered));
        const places = { ours: options.place(idText(options.us())), theirs: options.place(them.text) };
        happen(tx, after, link, line.call, { type: "sits", ours: line.ours, theirs: line.theirs, places });
      }
      for (const [call, record] of records) {
        if (record.at !== "open") continue;
        const line = calls.links[record.held.link]?.line;
        if (line === undefined || openCall(line) !== call) happen(tx, after, record.held.link, call, { type: "gone" });
      }
    },
  };
}

/** Whether somebody sits where the record does not have them yet. */
function sitsAnew(
  record: CallRecord | undefined,
  line: Line & { readonly ours: IdText; readonly theirs: IdText },
): boolean {
  if (record === undefined) return true;
  if (record.at !== "open") return false;
  const { ours, theirs } = record.held.terminals;
  return record.held.places === null || !ours.includes(line.ours) || !theirs.includes(line.theirs);
}

/** What a ledger's entry says about the record of a call; null for every other entry. */
function recordedBy(event: StoredEvent): { readonly call: IdText; readonly recorded: Recorded } | null {
  if (event.kind !== callKind && event.kind !== differsKind) return null;
  const { index } = event;
  const entry = certain(decodeEntry(event.bytes));
  if (entry.type === "joint") {
    return { call: idText(certain(decodeCallEntry(entry.body)).call), recorded: { at: "signedByBoth", index } };
  }
  if (entry.kind === differsKind) {
    const { caller } = certain(decodeDifferingCallEntry(entry.body));
    return { call: idText(caller.account.call), recorded: { at: "differs", index } };
  }
  const fact = certain(decode(callFact, entry.body));
  if (fact.type === "crossed") return { call: idText(fact.call), recorded: { at: "crossed", index } };
  return fact.type === "finished" ? { call: idText(fact.call), recorded: { at: "waiting", index } } : null;
}
