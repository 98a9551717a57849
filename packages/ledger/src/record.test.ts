import { utf8 } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { instant } from "@parley/base/time";
import type { CallId, LinkId, PartyId, TerminalId } from "@parley/protocol/ids";
import { type CallEntry, callEntry, signable } from "@parley/protocol/signed/callEntry";
import type { Digest } from "@parley/protocol/signed/hash";
import { describe, expect, it } from "vitest";
import { type StationSignature, decodeEntry, jointMessage } from "./entry.ts";
import { type JointEntry, type KeyOf, jointRecord, ownRecord, verifyJoint } from "./record.ts";
import { check, signerOf } from "./testing/keys.ts";
import { beganText } from "./times.ts";

const northmark = { party: new Uint8Array(32).fill(1) as PartyId, ...signerOf("log", "northmark", 1) };
const estovar = { party: new Uint8Array(32).fill(2) as PartyId, ...signerOf("log", "estovar", 2) };
const parties = [northmark, estovar];
const key = new Uint8Array(32) as Digest;
const keyOf: KeyOf = (party) => parties.find((each) => each.party[0] === party[0])?.key.publicKey ?? null;

const times = {
  began: instant(Date.parse("2026-09-14T20:07:31Z")),
  ended: instant(Date.parse("2026-09-14T22:08:00Z")),
  uncertainty: 0,
  epochs: 25,
};
const call: CallEntry = {
  link: new Uint8Array(16).fill(3) as LinkId,
  call: new Uint8Array(16).fill(4) as CallId,
  caller: {
    party: northmark.party,
    name: "Northmark",
    timeZone: "America/Chicago",
    offset: -300,
    terminals: [new Uint8Array(16) as TerminalId],
    ...times,
  },
  called: { party: estovar.party, name: "Estovar", timeZone: "Europe/Moscow", offset: 180, terminals: [], ...times },
  outcome: "callerHungUp",
  receipts: [],
};
const body = encode(callEntry, call);
const signatureBy = (who: (typeof parties)[number], message = signable(call)): StationSignature => ({
  party: who.party,
  key,
  signature: who.sign(message),
});
const entryAt = (index: number, signatures: readonly StationSignature[], of = body): JointEntry => {
  const read = certain(decodeEntry(jointRecord("call", call.caller.ended, of, signatures)(index)));
  if (read.type !== "joint") throw new Error("a joint entry was written");
  return read;
};

describe("the record of a call", () => {
  it("[LG2] is held by both ledgers with the same body and signatures, at places of their own", async () => {
    const ours = entryAt(
      7,
      parties.map((each) => signatureBy(each)),
    );
    const theirs = entryAt(3, parties.map((each) => signatureBy(each)).reverse());
    expect({ ...theirs, index: 7 }).toEqual(ours);
    for (const entry of [ours, theirs])
      expect(await verifyJoint(entry, keyOf, check)).toEqual({ type: "signed", by: [northmark.party, estovar.party] });
    expect(beganText(call.caller.began, [call.caller, call.called])).toBe(
      "Began 15:07 Northmark (UTC-5), 23:07 Estovar (UTC+3)",
    );
  });

  it("[LG2] what a station signs of a proposed entry is what the ledger's reader checks", () => {
    expect(jointMessage("call", body)).toEqual(signable(call));
  });

  it("[LG2] one signature, one party twice, a stranger's key or another entry's signature is not joint", async () => {
    const [ours, theirs] = parties.map((each) => signatureBy(each));
    if (ours === undefined || theirs === undefined) throw new Error("two parties sign");
    const stranger = { ...theirs, party: new Uint8Array(32).fill(9) as PartyId };
    const another = signatureBy(estovar, signable({ ...call, outcome: "calledHungUp" }));
    const table = [
      [[ours], "tooFew"],
      [[], "tooFew"],
      [[ours, ours], "tooFew"],
      [[ours, stranger], "unknownKey"],
      [[ours, another], "badSignature"],
      [[ours, { ...ours, party: estovar.party }], "badSignature"],
    ] as const;
    for (const [signatures, type] of table)
      expect((await verifyJoint(entryAt(0, signatures), keyOf, check)).type).toBe(type);
  });

  it("[LG2] any byte of body or signature turned is no longer signed", async () => {
    const good = entryAt(
      0,
      parties.map((each) => signatureBy(each)),
    );
    for (let at = 0; at < body.length; at++) {
      const bent = { ...good, body: body.with(at, (body[at] as number) ^ 4) };
      expect([at, (await verifyJoint(bent, keyOf, check)).type]).toEqual([at, "badSignature"]);
    }
  });

  it("[LG1] a station's own word carries the index that it is given", () => {
    const record = ownRecord("terminal.enrolled", instant(5), utf8("x"));
    expect(certain(decodeEntry(record(12)))).toEqual({
      type: "own",
      index: 12,
      time: 5,
      kind: "terminal.enrolled",
      body: utf8("x"),
    });
  });
});
