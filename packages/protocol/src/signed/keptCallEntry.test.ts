import { type Bytes } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { instant } from "@parley/base/time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallId, LinkId, PartyId, TerminalId } from "../ids.ts";
import { callEntry, differingCallEntry } from "./callEntry.ts";
import type { Digest } from "./hash.ts";
import { decodeCallEntry, decodeDifferingCallEntry, firstCallEntry, firstDifferingCallEntry } from "./keptCallEntry.ts";
import type { Ed25519Signature } from "./signature.ts";

const of = <T extends Bytes>(length: number, n: number): T => new Uint8Array(length).fill(n) as T;
const began = instant(1_789_416_451_000);
const ended = instant(began + 3_600_000);

const side = (n: number, name: string) => ({
  party: of<PartyId>(32, n),
  name,
  timeZone: "Europe/Lisbon",
  offset: 60,
  terminals: [of<TerminalId>(16, n + 1)],
});
const first = {
  link: of<LinkId>(16, 1),
  call: of<CallId>(16, 2),
  caller: side(3, "Northmark"),
  called: side(5, "Estovar"),
  began,
  ended,
  outcome: "callerHungUp" as const,
  epochs: 13,
  receipts: [of<Digest>(32, 8)],
};
const clock = { began, ended, uncertainty: null, epochs: 13 };
const asPresent = {
  link: first.link,
  call: first.call,
  caller: { ...first.caller, ...clock },
  called: { ...first.called, ...clock },
  outcome: first.outcome,
  receipts: first.receipts,
};

describe("a call's entry of the first form", () => {
  it("[LG26] reads as one of the present form, with the one pair of times for both and nothing said of how sure they are", () => {
    const bytes = encode(firstCallEntry, first);
    expect(decode(callEntry, bytes).ok).toBe(false);
    expect(certain(decodeCallEntry(bytes))).toEqual(asPresent);
    const present = encode(callEntry, asPresent);
    expect(decode(firstCallEntry, present).ok).toBe(false);
    expect(certain(decodeCallEntry(present))).toEqual(asPresent);
  });

  it("[LG26] of two accounts that differ, each is its party's, and times that differed are named as the caller's part", () => {
    const by = (n: number) => ({ key: of<Digest>(32, n), signature: of<Ed25519Signature>(64, n) });
    const own = { ...first, ended: instant(ended + 9000), outcome: "calledHungUp" as const };
    const bytes = encode(firstDifferingCallEntry, {
      proposed: first,
      caller: by(21),
      own,
      called: by(22),
      fields: ["ended", "outcome"],
    });
    expect(decode(differingCallEntry, bytes).ok).toBe(false);
    const read = certain(decodeDifferingCallEntry(bytes));
    expect(read.fields).toEqual(["caller", "outcome"]);
    expect(read.caller).toMatchObject({ by: by(21), account: { by: "caller", own: { name: "Northmark", ended } } });
    expect(read.called).toMatchObject({
      by: by(22),
      account: { by: "called", own: { name: "Estovar", ended: own.ended } },
    });
    expect(read.called.account.other.name).toBe("Northmark");
    const again = encode(differingCallEntry, read);
    expect(certain(decodeDifferingCallEntry(again))).toEqual(read);
  });

  it("[LG26] no bytes are of both forms, cut short, lengthened or bent they are of none or say something else", () => {
    const bytes = encode(firstCallEntry, first);
    for (let n = 0; n < bytes.length; n++) expect(decodeCallEntry(bytes.subarray(0, n)).ok).toBe(false);
    expect(decodeCallEntry(Uint8Array.of(...bytes, 0)).ok).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(bytes.length - 1), (id, at) => {
        const party = id as PartyId;
        const one = encode(firstCallEntry, { ...first, called: { ...first.called, party } });
        expect(decode(callEntry, one).ok).toBe(false);
        const bent = Uint8Array.from(bytes);
        bent[at] = (bent[at] ?? 0) ^ 1;
        const read = decodeCallEntry(bent);
        if (read.ok) expect(read.value).not.toEqual(asPresent);
      }),
    );
  });
});
