import { type Bytes, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { instant } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallId, LinkId, PartyId, TerminalId } from "../ids.ts";
import {
  type CallEntry,
  type EntryField,
  agree,
  callEntry,
  callEntryLabel,
  differingCallEntry,
  entryFields,
  outcomes,
  signable,
} from "./callEntry.ts";
import type { Digest } from "./hash.ts";
import type { Ed25519Signature } from "./signature.ts";

const of = <T extends Bytes>(length: number, n: number): T => new Uint8Array(length).fill(n) as T;

const entry: CallEntry = {
  link: of<LinkId>(16, 1),
  call: of<CallId>(16, 2),
  caller: {
    party: of<PartyId>(32, 3),
    name: "Northmark",
    timeZone: "America/Chicago",
    offset: -300,
    terminals: [of<TerminalId>(16, 4)],
  },
  called: {
    party: of<PartyId>(32, 5),
    name: "Estovar",
    timeZone: "Europe/Moscow",
    offset: 180,
    terminals: [of<TerminalId>(16, 6), of<TerminalId>(16, 7)],
  },
  began: instant(1_789_416_451_000),
  ended: instant(1_789_420_051_000),
  outcome: "callerHungUp",
  epochs: 13,
  receipts: [of<Digest>(32, 8), of<Digest>(32, 9)],
};

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
    const swapped = { ...entry, began: entry.ended, ended: entry.began };
    expect(() => encode(callEntry, swapped)).toThrow(RangeError);
    const far = { ...entry, caller: { ...entry.caller, offset: 1441 } };
    expect(() => encode(callEntry, far)).toThrow(RangeError);
    const bytes = encode(callEntry, entry);
    const early = bytes.slice();
    early.fill(0, bytes.length - 66 - 4 - 1 - 6, bytes.length - 66 - 4 - 1);
    expect(decode(callEntry, early).ok).toBe(false);
    const receipts = bytes.length - 64;
    const outOfOrder = bytes.slice();
    outOfOrder.set(bytes.slice(receipts + 32), receipts);
    outOfOrder.set(bytes.slice(receipts, receipts + 32), receipts + 32);
    expect(decode(callEntry, outOfOrder).ok).toBe(false);
  });
});

/** The entry with one field other than it was, beyond any tolerance. */
const changed: Readonly<Record<EntryField, CallEntry>> = {
  link: { ...entry, link: of<LinkId>(16, 9) },
  call: { ...entry, call: of<CallId>(16, 9) },
  caller: { ...entry, caller: { ...entry.caller, offset: -360 } },
  called: { ...entry, called: { ...entry.called, terminals: entry.called.terminals.slice(1) } },
  began: { ...entry, began: instant(entry.began - 5001) },
  ended: { ...entry, ended: instant(entry.ended + 5001) },
  outcome: { ...entry, outcome: "calledHungUp" },
  epochs: { ...entry, epochs: 15 },
  receipts: { ...entry, receipts: [...entry.receipts, of<Digest>(32, 77)] },
};

describe("two stations' accounts", () => {
  it("[LG21] equal accounts are countersigned", () => {
    expect(agree(entry, entry)).toEqual({ type: "countersign" });
  });

  it("[LG22] within 5 s, one epoch and receipts still under way, the proposal is countersigned", () => {
    const near = fc.record({
      began: fc.integer({ min: -5000, max: 5000 }),
      ended: fc.integer({ min: -5000, max: 5000 }),
      epochs: fc.integer({ min: -1, max: 1 }),
      receipts: fc.subarray([...entry.receipts]),
    });
    fc.assert(
      fc.property(near, (d) => {
        const proposed: CallEntry = {
          ...entry,
          began: instant(entry.began + d.began),
          ended: instant(entry.ended + d.ended),
          epochs: entry.epochs + d.epochs,
          receipts: d.receipts,
        };
        expect(agree(entry, proposed)).toEqual({ type: "countersign" });
      }),
    );
  });

  it("[LG23] beyond that, each differing field is named, alone and together", () => {
    for (const field of entryFields) expect(agree(entry, changed[field])).toEqual({ type: "differ", fields: [field] });
    fc.assert(
      fc.property(fc.subarray([...entryFields], { minLength: 1 }), (fields) => {
        const proposed = fields.reduce<CallEntry>((all, field) => ({ ...all, [field]: changed[field][field] }), entry);
        expect(agree(entry, proposed)).toEqual({ type: "differ", fields });
      }),
    );
  });

  it("[LG23] what either side says of itself must be what the other knows: name, zone, offset, terminals", () => {
    const sides = [
      { name: "Southmark" },
      { timeZone: "America/New_York" },
      { offset: 0 },
      { terminals: [] },
      { party: of<PartyId>(32, 99) },
    ];
    for (const change of sides) {
      expect(agree(entry, { ...entry, caller: { ...entry.caller, ...change } })).toMatchObject({ fields: ["caller"] });
      expect(agree(entry, { ...entry, called: { ...entry.called, ...change } })).toMatchObject({ fields: ["called"] });
    }
  });

  it("[LG24] both versions are kept with their signatures where they differ", () => {
    const signature = { key: of<Digest>(32, 1), signature: of<Ed25519Signature>(64, 2) };
    const value = {
      proposed: changed.outcome,
      caller: signature,
      own: entry,
      called: signature,
      fields: ["outcome" as const],
    };
    expect(decode(differingCallEntry, encode(differingCallEntry, value))).toEqual({ ok: true, value });
    expect(new Set(outcomes).size).toBe(outcomes.length);
  });
});
