// The record of a call and the link's next secret between two real stations' runners, with crashes at any commit, repeated
// deliveries, long outages and both ends pressing at once.
import { type Bytes, equal, hex, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { instant, seconds } from "@parley/base/time";
import { openCall } from "@parley/call/state";
import { jointMessage } from "@parley/ledger/entry";
import { jointRecord, verifyJoint } from "@parley/ledger/record";
import { type CallId, type LinkId, idOf, idText } from "@parley/protocol/ids";
import { receiptHash } from "@parley/protocol/peer/call";
import { maxUncountedWayMs } from "@parley/protocol/limits";
import {
  accountSignable,
  callAccount,
  callEntry,
  clocksApart,
  differingCallEntry,
  entryOf,
  signable,
} from "@parley/protocol/signed/callEntry";
import { firstCallEntry } from "@parley/protocol/signed/keptCallEntry";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { keyIdOf } from "@parley/protocol/signed/root";
import { describe, expect, it } from "vitest";
import { verifiedBy } from "../peer/tlsIdentity.ts";
import { callShown, callTimes } from "../ledgerView.ts";
import { callFact, callKind } from "./callFacts.ts";
import { linkSecretKind } from "./continuityRun.ts";
import { linkText } from "./testing/twoStations.ts";

import {
  deskOf,
  entriesOf,
  jointOf,
  differingOf,
  inBoth,
  settle,
  exportedIn,
  callAndAnswer,
  begin,
  generations,
} from "./testing/records.ts";

describe("the record of a call", () => {
  it("[RC4] is one entry with the same body and both signatures in both ledgers, which both keys prove", async () => {
    const { a, b, time } = await begin();
    const call = await callAndAnswer(a, b);
    time.now += seconds(3600);
    await a.say(deskOf(a), { type: "hangUp", call });
    expect(a.life?.record.of(call)).toMatchObject({ at: "waiting" });
    await settle(a, b);
    const [ours] = jointOf(await entriesOf(a), callKind);
    const [theirs] = jointOf(await entriesOf(b), callKind);
    if (ours === undefined || theirs === undefined) throw new Error("no joint entry");
    expect(inBoth(ours)).toEqual(inBoth(theirs));
    const keys = [a, b].map(({ plan }) => plan.signer.publicKey);
    const verdict = await verifyJoint(
      ours,
      (_, key) =>
        keys.map((one) => (equal(keyIdOf(one), key) ? ed25519Half(one) : null)).find((one) => one !== null) ?? null,
      ({ publicKey, message, signature }) => Promise.resolve(verifiedBy(publicKey)(message, signature)),
    );
    expect(verdict).toEqual({ type: "signed", by: [a.plan.party, b.plan.party] });
    const entry = certain(decode(callEntry, ours.body));
    expect(entry).toMatchObject({ outcome: "callerHungUp", caller: { epochs: 3 }, called: { epochs: 3 } });
    expect(callTimes(entry)).toEqual({
      beganText: "Began 15:07 Northmark (UTC-5), 23:07 Estovar (UTC+3)",
      endedText: "Ended 2026-09-14 16:07 Northmark (UTC-5), 2026-09-15 00:07 Estovar (UTC+3)",
    });
    for (const half of [a, b]) {
      expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
      expect(half.told.map(({ recorded }) => recorded.at)).toEqual(["waiting", "signedByBoth"]);
      expect(certain((await half.life?.store.docs("record")) ?? { ok: true, value: [] })).toEqual([]);
      expect(half.reports).toEqual([]);
    }
  });

  it("[RC2] both ledgers hold the signed receipts that the entry names", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await b.say(deskOf(b), { type: "hangUp", call });
    await settle(a, b);
    const [ours, theirs] = [await entriesOf(a), await entriesOf(b)];
    const named = certain(decode(callEntry, jointOf(ours, callKind)[0]?.body ?? new Uint8Array())).receipts.map(hex);
    expect(named.length).toBe(3);
    for (const entries of [ours, theirs]) {
      const kept = entries.flatMap((one) => {
        if (one.type !== "own" || one.kind !== callKind) return [];
        const fact = certain(decode(callFact, one.body));
        return fact.type === "proof" ? [fact] : [];
      });
      expect(kept.map((one) => hex(receiptHash(one))).toSorted()).toEqual(named.toSorted());
      expect(kept.map(({ receipt }) => receipt.kind)).toEqual(["delivered", "rang", "answered"]);
    }
  });

  it("[RC5] an outage before the answer and before the end arrives does not make two accounts", async () => {
    const { a, b, time } = await begin(2, { skew: -900 });
    await a.say(deskOf(a), { type: "place", link: linkText });
    await settle(a, b);
    const call = openCall(b.line()) ?? "";
    await b.say(deskOf(b), { type: "answer", call });
    time.now += seconds(20); // the answer is 20 s on its way
    await settle(a, b);
    time.now += seconds(600);
    await b.say(deskOf(b), { type: "hangUp", call });
    time.now += seconds(3 * 86_400); // and the end three days
    await settle(a, b);
    const joint = jointOf(await entriesOf(a), callKind);
    expect(joint.length).toBe(1);
    const entry = certain(decode(callEntry, joint[0]?.body ?? new Uint8Array()));
    for (const side of [entry.caller, entry.called]) expect(side.ended - side.began).toBe(seconds(620));
    expect(entry.called.began - entry.caller.began).toBe(-900);
    // Told of both times, of none: what a message's way leaves open is said.
    expect([entry.caller.uncertainty, entry.called.uncertainty]).toEqual([2 * maxUncountedWayMs, 0]);
    expect(jointOf(await entriesOf(b), callKind).map(inBoth)).toEqual(joint.map(inBoth));
  });

  it("[RC6] both pressing End at once is one account", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.say(deskOf(b), { type: "hangUp", call });
    await settle(a, b);
    for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
  });

  it("[RC6] also when one of the two presses was heard only after an outage", async () => {
    for (const late of [0, 1]) {
      const { a, b, time } = await begin(5 + late);
      const call = await callAndAnswer(a, b);
      const [first, second] = late === 0 ? [a, b] : [b, a];
      await first.say(deskOf(first), { type: "hangUp", call });
      time.now += seconds(40);
      await second.say(deskOf(second), { type: "hangUp", call });
      time.now += seconds(40);
      await settle(a, b);
      for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
    }
  });

  it("[RC5] clocks that stand minutes or years apart make no two accounts: each side's times are in the entry", async () => {
    for (const skew of [60_000, 0 - 400 * 86_400_000]) {
      const { a, b, time } = await begin(3, { skew });
      const call = await callAndAnswer(a, b);
      time.now += seconds(60);
      await a.say(deskOf(a), { type: "hangUp", call });
      await settle(a, b);
      const joint = jointOf(await entriesOf(a), callKind);
      expect(jointOf(await entriesOf(b), callKind).map(inBoth)).toEqual(joint.map(inBoth));
      const entry = certain(decode(callEntry, joint[0]?.body ?? new Uint8Array()));
      expect(clocksApart(entry)).toBe(skew);
      for (const side of [entry.caller, entry.called]) expect(side.ended - side.began).toBe(seconds(60));
    }
  });

  it("[RC5] a clock that is set in a call is in its uncertainty, and one that nobody watched in a word of its own", async () => {
    const { a, b, time } = await begin(4);
    const call = await callAndAnswer(a, b);
    a.set(seconds(600));
    time.now += seconds(60);
    await b.boot(); // down for a moment
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    const [joint] = jointOf(await entriesOf(b), callKind);
    const entry = certain(decode(callEntry, joint?.body ?? new Uint8Array()));
    expect(entry.caller.ended - entry.caller.began).toBe(seconds(660));
    expect(entry.caller.uncertainty).toBe(seconds(600) + maxUncountedWayMs);
    expect(entry.called.uncertainty).toBeNull();
  });

  it("[RC7] accounts that differ are both kept, equal in both ledgers, each with its station's signature", async () => {
    const { a, b, time } = await begin(3);
    const call = await callAndAnswer(a, b);
    time.now += seconds(60);
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.take(a, true);
    const [said] = await a.waiting();
    if (said?.type !== "account") throw new Error("no account");
    // A station that says of its call what did not happen: that the called side ended it.
    const account = { ...certain(decode(callAccount, said.account)), outcome: "calledHungUp" as const };
    const by = { key: said.by.key, signature: a.plan.signer.signEd25519(accountSignable(account)) };
    await b.hear({ type: "account", account: encode(callAccount, account), by });
    expect((await b.waiting()).map(({ type }) => type)).toEqual(["differs"]);
    const [theirs] = differingOf(await entriesOf(b));
    const both = certain(decode(differingCallEntry, theirs?.body ?? new Uint8Array()));
    expect(both.fields).toEqual(["outcome"]);
    expect([both.caller.account.outcome, both.called.account.outcome]).toEqual(["calledHungUp", "callerHungUp"]);
    expect(b.life?.record.of(call)?.at).toBe("differs");
    await settle(a, b);
    expect(a.life?.record.of(call)?.at).toBe("differs");
    // The keys moved on all the same: they do not depend on what is recorded.
    expect([generations(a), generations(b)]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it("[RC14] what their station did not sign, or may not say, moves nothing and is reported", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.take(a, true); // the end; the proposal is still on its way
    const [proposal] = await a.waiting();
    if (proposal?.type !== "account") throw new Error("no account");
    const account = certain(decode(callAccount, proposal.account));
    const forged = { ...proposal.by, signature: b.plan.signer.signEd25519(utf8("something else")) };
    const say = (
      its: typeof account,
      by = { key: proposal.by.key, signature: a.plan.signer.signEd25519(accountSignable(its)) },
    ) => b.hear({ type: "account", account: encode(callAccount, its), by });
    await say(account, forged);
    await say({ ...account, link: new Uint8Array(16).fill(1) as typeof account.link });
    const { terminals: _, ...others } = account.other;
    await say({ ...account, own: { ...account.own, ...others } });
    await say({ ...account, by: "called" as const });
    await say({ ...account, call: new Uint8Array(16).fill(2) as typeof account.call });
    expect(b.reports.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => "RECORD_UNFIT"));
    const byB = (message: Bytes) => ({
      key: keyIdOf(b.plan.signer.publicKey),
      signature: b.plan.signer.signEd25519(message),
    });
    const answer = entryOf(account, { ...account.own, ...others, terminals: account.other.terminals });
    const hear = (entry: typeof answer, by = byB(signable(entry))) =>
      a.hear({ type: "entry", entry: encode(callEntry, entry), by });
    await hear(answer, proposal.by);
    await hear({ ...answer, outcome: "calledHungUp" });
    await hear({ ...answer, caller: { ...answer.caller, epochs: 99 } });
    await hear({ ...answer, called: { ...answer.called, terminals: [] } });
    await a.hear({ type: "countersigned", call: account.call, by: forged });
    await a.hear({ type: "differs", account: encode(callAccount, { ...account, by: "called" as const }), by: forged });
    expect(a.reports.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => "RECORD_UNFIT"));
    for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("waiting");
    // The true words are taken all the same, and a repeat of them changes nothing.
    await settle(a, b);
    await b.hear(proposal);
    for (const half of [a, b]) {
      expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
      expect(jointOf(await entriesOf(half), callKind).length).toBe(1);
    }
  });

  it("[RC8] every terminal at which somebody sat is in it, on both sides", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await b.say(deskOf(b, 1), { type: "take", call });
    await settle(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    const entry = certain(decode(callEntry, jointOf(await entriesOf(b), callKind)[0]?.body ?? new Uint8Array()));
    expect(entry.called.terminals.map(idText)).toEqual([deskOf(b), deskOf(b, 1)]);
    expect(entry.caller.terminals.map(idText)).toEqual([deskOf(a)]);
  });

  it("[RC8] also the one that was left while it rang, when the other side answers it before it hears of that", async () => {
    const { a, b } = await begin();
    await a.say(deskOf(a), { type: "place", link: linkText });
    await settle(a, b);
    const call = openCall(b.line()) ?? "";
    await a.say(deskOf(a, 1), { type: "take", call });
    await b.say(deskOf(b), { type: "answer", call });
    await settle(a, b);
    await b.say(deskOf(b), { type: "hangUp", call });
    await settle(a, b);
    for (const half of [a, b]) expect(half.life?.record.of(call)?.at).toBe("signedByBoth");
    const entry = certain(decode(callEntry, jointOf(await entriesOf(b), callKind)[0]?.body ?? new Uint8Array()));
    expect(entry.caller.terminals.map(idText).toSorted()).toEqual([deskOf(a), deskOf(a, 1)].toSorted());
  });

  it("[RC11] an answer that crosses with the caller's giving up is no call of both, and nobody waits for an entry", async () => {
    const { a, b } = await begin();
    await a.say(deskOf(a), { type: "place", link: linkText });
    await settle(a, b);
    const call = openCall(b.line()) ?? "";
    await a.say(deskOf(a), { type: "hangUp", call });
    await b.say(deskOf(b), { type: "answer", call });
    await settle(a, b);
    expect(a.life?.record.of(call)).toBeNull();
    expect(b.life?.record.of(call)?.at).toBe("crossed");
    await b.boot();
    expect(b.life?.record.of(call)?.at).toBe("crossed");
    expect(certain((await b.life?.store.docs("record")) ?? { ok: true, value: [] })).toEqual([]);
  });

  it("[RC9] a ring that nobody answered leaves receipts and no entry", async () => {
    const { a, b } = await begin();
    await a.say(deskOf(a), { type: "place", link: linkText });
    await settle(a, b);
    const call = openCall(b.line()) ?? "";
    await b.say(deskOf(b), { type: "rang", call });
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    for (const half of [a, b]) {
      const entries = await entriesOf(half);
      expect(jointOf(entries, callKind)).toEqual([]);
      expect(half.life?.record.of(call)).toBeNull();
      expect(certain((await half.life?.store.docs("record")) ?? { ok: true, value: [] })).toEqual([]);
    }
  });
});

describe("the link's secret", () => {
  it("[RC20] each step is one joint entry, equal in both ledgers, and the next call is made with it", async () => {
    for (const leads of ["a", "b"] as const) {
      const { a, b } = await begin(4, { leads });
      for (let n = 0; n < 3; n++) {
        const [from, to] = n % 2 === 0 ? [a, b] : [b, a];
        const call = await callAndAnswer(from, to);
        expect(from.admitted.at(-1)).toEqual({ call, generation: n });
        await to.say(deskOf(to), { type: "hangUp", call });
        await settle(a, b);
      }
      expect(jointOf(await entriesOf(a), linkSecretKind).map(inBoth)).toEqual(
        jointOf(await entriesOf(b), linkSecretKind).map(inBoth),
      );
      expect(jointOf(await entriesOf(a), linkSecretKind).length).toBe(3);
      expect([generations(a), generations(b)]).toEqual([
        [3, 2],
        [3, 2],
      ]);
    }
  });

  it("[RC30] only a terminal that is in the call may say what its keys export", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    const next = await callAndAnswer(a, b);
    await a.exported(deskOf(a, 1), next, new Uint8Array(32).fill(66));
    await a.exported(deskOf(a), call, new Uint8Array(32).fill(67));
    await a.exported(deskOf(a), next, new Uint8Array(31));
    await a.say(deskOf(a), { type: "hangUp", call: next });
    await settle(a, b);
    expect(generations(a)).toEqual([2, 1]);
    // Nor do two that agree with each other from outside: nothing moves.
    const third = await callAndAnswer(a, b, false);
    for (const half of [a, b]) await half.exported(deskOf(half, 1), third, exportedIn(third));
    await a.say(deskOf(a), { type: "hangUp", call: third });
    await settle(a, b);
    expect(generations(a)).toEqual([2, 1]);
    expect(a.life?.links.generations(linkText)[0]?.secret).toEqual(b.life?.links.generations(linkText)[0]?.secret);
  });

  it("[RC31] a station restored from a backup places and answers no call until the link is keyed anew", async () => {
    const { a, b } = await begin();
    const call = await callAndAnswer(a, b);
    await a.say(deskOf(a), { type: "hangUp", call });
    await settle(a, b);
    a.disk = a.disk.restoredCopy();
    await a.boot();
    expect(a.reports.map(({ code }) => code)).toEqual(["LINK_MUST_REKEY"]);
    expect(generations(a)).toEqual([]);
    await a.say(deskOf(a), { type: "place", link: linkText });
    expect(a.refused).toEqual(["LINK_MUST_REKEY"]);
    expect(a.line().at).not.toBe("ringing");
    // Theirs rings: it is told that nobody can answer, and nothing rings here.
    await b.say(deskOf(b), { type: "place", link: linkText });
    const before = a.admitted.length;
    await settle(a, b);
    expect(openCall(a.line())).toBeNull();
    expect(b.line()).toMatchObject({ at: "ended", why: "unanswered" });
    expect(a.admitted.length).toBe(before);
    // Nor after another start: only making every key anew ends it.
    await a.boot();
    expect(generations(a)).toEqual([]);
  });

  it("[LG26] a station whose ledger holds a call's entry of the first form starts, and that call is signed by both", async () => {
    const { a, b } = await begin();
    const places = [a, b].map(({ plan }, n) => ({
      party: plan.party,
      name: n === 0 ? "Northmark" : "Estovar",
      timeZone: "UTC",
      offset: 0,
      terminals: [],
    }));
    const [caller, called] = places;
    if (caller === undefined || called === undefined) throw new Error("no parties");
    const times = { began: instant(1_789_416_451_000), ended: instant(1_789_416_459_000), epochs: 2 };
    const call = new Uint8Array(16).fill(9) as CallId;
    const link = idOf<LinkId>(linkText, 16);
    if (link === null) throw new Error("no link");
    const first = { link, call, caller, called, ...times, outcome: "callerHungUp" as const, receipts: [] };
    const body = encode(firstCallEntry, first);
    const message = jointMessage("call", body);
    const signatures = [a, b].map(({ plan: { party, signer } }) => ({
      party,
      key: keyIdOf(signer.publicKey),
      signature: signer.signEd25519(message),
    }));
    const written = await a.life?.store.transaction((tx) =>
      tx.append(callKind, jointRecord("call", times.ended, body, signatures)),
    );
    expect(written?.ok).toBe(true);
    await a.boot();
    expect(a.life?.record.of(idText(call))).toMatchObject({ at: "signedByBoth" });
    const events = certain((await a.life?.store.events(0, 1000)) ?? { ok: true, value: [] });
    const shown = events.flatMap((event) => callShown(event, () => null) ?? []);
    expect(shown).toMatchObject([{ call: idText(call), proof: "signedByBoth", epochs: 2, clocksApart: 0 }]);
    const [joint] = jointOf(await entriesOf(a), callKind);
    if (joint === undefined) throw new Error("no joint entry");
    const keys = [a, b].map(({ plan }) => plan.signer.publicKey);
    const verdict = await verifyJoint(
      joint,
      (_, key) => keys.flatMap((one) => (equal(keyIdOf(one), key) ? [ed25519Half(one)] : []))[0] ?? null,
      ({ publicKey, message: said, signature }) => Promise.resolve(verifiedBy(publicKey)(said, signature)),
    );
    expect(verdict.type).toBe("signed");
  });
});
