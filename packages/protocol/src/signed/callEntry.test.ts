import { type Bytes, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { instant } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallId, LinkId, PartyId, TerminalId } from "../ids.ts";
import {
  type CallAccount,
  type CallEntry,
  type EntryField,
  accountSignable,
  callAccount,
  callEntry,
  callEntryLabel,
  clocksApart,
  differences,
  differingCallEntry,
  entryFields,
  entryOf,
  epochsOf,
  follows,
  outcomes,
  signable,
} from "./callEntry.ts";
import type { Digest } from "./hash.ts";
import type { Ed25519Signature } from "./signature.ts";

const of = <T extends Bytes>(length: number, n: number): T => new Uint8Array(length).fill(n) as T;

const began = instant(1_789_416_451_000);
const times = { began, ended: instant(began + 3_600_000), uncertainty: 30_000, epochs: 13 };
const entry: CallEntry = {
  link: of<LinkId>(16, 1),
  call: of<CallId>(16, 2),
  caller: {
    party: of<PartyId>(32, 3),
    name: "Northmark",
    timeZone: "America/Chicago",
    offset: -300,
    terminals: [of<TerminalId>(16, 4)],
    ...times,
  },
  called: {
    party: of<PartyId>(32, 5),
    name: "Estovar",
    timeZone: "Europe/Moscow",
    offset: 180,
    terminals: [of<TerminalId>(16, 6), of<TerminalId>(16, 7)],
    ...times,
    began: instant(began + 177_000),
    ended: instant(began + 177_000 + 3_600_000),
    uncertainty: null,
    epochs: 14,
  },
  outcome: "callerHungUp",
  receipts: [of<Digest>(32, 8), of<Digest>(32, 9)],
};

const seen = ({ party, name, timeZone, terminals }: CallEntry["caller"]): CallAccount["other"] => ({
  party,
  name,
  timeZone,
  terminals,
});
const { link, call, outcome, receipts } = entry;
const byCaller: CallAccount = {
  link,
  call,
  by: "caller",
  own: entry.caller,
  other: seen(entry.called),
  outcome,
  receipts,
};
const byCalled: CallAccount = { ...byCaller, by: "called", own: entry.called, other: seen(entry.caller) };

describe("[LG20] the entry of a call", () => {
  it("comes back from its encoding, offsets east and west, and sets in order whatever order they were held in", () => {
    expect(decode(callEntry, encode(callEntry, entry))).toEqual({ ok: true, value: entry });
    const shuffled: CallEntry = {
      ...entry,
      called: { ...entry.called, terminals: [...entry.called.terminals, of<TerminalId>(16, 6)].reverse() },
      receipts: entry.receipts.toReversed(),
    };
    expect(encode(callEntry, shuffled)).toEqual(encode(callEntry, entry));
    expect(signable(shuffled)).toEqual(signable(entry));
    expect(signable(entry).slice(0, 21)).toEqual(utf8(`${callEntryLabel}\0`));
  });

  it("any byte changed gives no entry or another one, with other bytes to sign", () => {
    const bytes = encode(callEntry, entry);
    let other = 0;
    for (let at = 0; at < bytes.length; at++)
      for (const x of [1, 0x80, 0xff]) {
        const bent = bytes.with(at, (bytes[at] as number) ^ x);
        const read = decode(callEntry, bent);
        if (!read.ok) continue;
        other++;
        expect(encode(callEntry, read.value)).toEqual(bent);
        expect(signable(read.value)).not.toEqual(signable(entry));
      }
    expect(other).toBeGreaterThan(bytes.length);
    for (let at = 0; at < bytes.length; at++) expect(decode(callEntry, bytes.slice(0, at)).ok).toBe(false);
  });

  it("an end before the beginning, sets out of order and offsets beyond a day are refused", () => {
    const { began: first, ended: last } = entry.caller;
    const swapped = { ...entry, caller: { ...entry.caller, began: last, ended: first } };
    expect(() => encode(callEntry, swapped)).toThrow(RangeError);
    const far = { ...entry, caller: { ...entry.caller, offset: 1441 } };
    expect(() => encode(callEntry, far)).toThrow(RangeError);
    const bytes = encode(callEntry, entry);
    const early = bytes.slice();
    // Of the called side's last fields: its end, six bytes, before an absent uncertainty and the epochs.
    early.fill(0, bytes.length - 67 - 4 - 1 - 6, bytes.length - 67 - 4 - 1);
    expect(decode(callEntry, early).ok).toBe(false);
    const tail = bytes.length - 64;
    const outOfOrder = bytes.slice();
    outOfOrder.set(bytes.slice(tail + 32), tail);
    outOfOrder.set(bytes.slice(tail, tail + 32), tail + 32);
    expect(decode(callEntry, outOfOrder).ok).toBe(false);
  });
});

/** The caller's account with one field other than it was, so that the called side cannot agree. */
const changed: Readonly<Record<EntryField, CallAccount>> = {
  link: { ...byCaller, link: of<LinkId>(16, 9) },
  call: { ...byCaller, call: of<CallId>(16, 9) },
  caller: { ...byCaller, own: { ...byCaller.own, terminals: [] } },
  called: { ...byCaller, other: { ...byCaller.other, terminals: [of<TerminalId>(16, 77)] } },
  outcome: { ...byCaller, outcome: "calledHungUp" },
  receipts: { ...byCaller, receipts: [...receipts, of<Digest>(32, 77)] },
};
const partOf: Readonly<Record<EntryField, keyof CallAccount>> = {
  link: "link",
  call: "call",
  caller: "own",
  called: "other",
  outcome: "outcome",
  receipts: "receipts",
};

describe("two stations' accounts", () => {
  it("[LG21] the entry is the caller's account with the called party's own part in it, and nothing else follows from it", () => {
    expect(differences(byCaller, byCalled)).toEqual([]);
    expect(entryOf(byCaller, byCalled.own)).toEqual(entry);
    expect(follows(entry, byCaller)).toBe(true);
    const bent: CallEntry[] = [
      { ...entry, caller: { ...entry.caller, ended: instant(entry.caller.ended - 1) } },
      { ...entry, caller: { ...entry.caller, terminals: [] } },
      { ...entry, outcome: "calledHungUp" },
      { ...entry, receipts: receipts.slice(1) },
      { ...entry, called: { ...entry.called, name: "Northmark" } },
      { ...entry, called: { ...entry.called, timeZone: "UTC" } },
      { ...entry, called: { ...entry.called, party: of<PartyId>(32, 99) } },
      { ...entry, called: { ...entry.called, terminals: entry.called.terminals.slice(1) } },
      { ...entry, call: of<CallId>(16, 9) },
    ];
    for (const one of bent) expect(follows(one, byCaller)).toBe(false);
  });

  it("[LG22] clocks, epochs, receipts still under way and terminals that the other never saw are no difference", () => {
    const own = fc.record({
      began: fc.integer({ min: -1e9, max: 1e9 }),
      lasted: fc.nat(1e9),
      uncertainty: fc.option(fc.nat(1e6)),
      epochs: fc.nat(1000),
      offset: fc.integer({ min: -720, max: 720 }),
      more: fc.boolean(),
    });
    fc.assert(
      fc.property(own, own, fc.subarray([...receipts]), (x, y, some) => {
        const side = (whose: CallEntry["caller"], d: typeof x): CallEntry["caller"] => ({
          ...whose,
          began: instant(whose.began + d.began),
          ended: instant(whose.began + d.began + d.lasted),
          uncertainty: d.uncertainty,
          epochs: d.epochs,
          offset: d.offset,
          terminals: d.more ? [...whose.terminals, of<TerminalId>(16, 50)] : whose.terminals,
        });
        const one: CallAccount = { ...byCaller, own: side(entry.caller, x), receipts: some };
        const other: CallAccount = { ...byCalled, own: side(entry.called, y) };
        expect(differences(one, other)).toEqual([]);
        expect(follows(entryOf(one, other.own), one)).toBe(true);
      }),
    );
    expect(clocksApart(entry)).toBe(177_000);
    expect(epochsOf(entry)).toBe(14);
  });

  it("[LG23] each differing field is named, alone and together", () => {
    for (const field of entryFields) expect(differences(changed[field], byCalled)).toEqual([field]);
    fc.assert(
      fc.property(fc.subarray([...entryFields], { minLength: 1 }), (fields) => {
        const account = fields.reduce<CallAccount>((all, field) => {
          const part = partOf[field];
          return { ...all, [part]: changed[field][part] };
        }, byCaller);
        expect(differences(account, byCalled)).toEqual(fields);
      }),
    );
  });

  it("[LG23] what either side says of itself must hold what the other knows: party, name, zone, terminals", () => {
    const sides = [
      { name: "Southmark" },
      { timeZone: "America/New_York" },
      { terminals: [] },
      { party: of<PartyId>(32, 99) },
    ];
    for (const change of sides) {
      expect(differences({ ...byCaller, own: { ...byCaller.own, ...change } }, byCalled)).toEqual(["caller"]);
      expect(differences(byCaller, { ...byCalled, own: { ...byCalled.own, ...change } })).toEqual(["called"]);
    }
    expect(differences(byCalled, byCaller)).toContain("caller");
  });

  it("[LG24] both accounts are kept with their signatures where they differ", () => {
    const by = { key: of<Digest>(32, 1), signature: of<Ed25519Signature>(64, 2) };
    const value = {
      caller: { account: changed.outcome, by },
      called: { account: byCalled, by },
      fields: ["outcome" as const],
    };
    expect(decode(differingCallEntry, encode(differingCallEntry, value))).toEqual({ ok: true, value });
    expect(decode(callAccount, encode(callAccount, byCaller))).toEqual({ ok: true, value: byCaller });
    expect(accountSignable(byCaller)).not.toEqual(accountSignable(byCalled));
    expect(new Set(outcomes).size).toBe(outcomes.length);
  });
});
