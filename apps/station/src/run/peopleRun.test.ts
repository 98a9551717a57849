import { describe, expect, it } from "vitest";
import type { Bytes } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { hours, instant, minutes, ms, seconds } from "@parley/base/time";
import { decodeEntry } from "@parley/ledger/entry";
import { type LinkId, type PartyId, idText } from "@parley/protocol/ids";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { decodePeople, encodePeople } from "@parley/protocol/peer/people";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import { hereChallenge, peopleWordSignable } from "@parley/protocol/signed/people";
import { sha256Of } from "@parley/protocol/signed/hash";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { Ed25519Signature } from "@parley/protocol/signed/signature";
import type { PeerLink } from "../peer/peerLink.ts";
import { type MemoryDisk, memoryDisk, openMemory } from "../store/memory.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { peopleFact, peopleKind } from "./peopleFacts.ts";
import { type PeopleRun, runPeople } from "./peopleRun.ts";
import { makeWriter } from "./writer.ts";

const us = new Uint8Array(32).fill(1) as PartyId;
const them = new Uint8Array(32).fill(2) as PartyId;
const linkId = new Uint8Array(16).fill(9) as LinkId;
const link = idText(linkId);
const ada = new Uint8Array(16).fill(7) as OfficerId;
const answer = {
  credential: new Uint8Array([1]),
  clientData: new Uint8Array([2]),
  authenticatorData: new Uint8Array([3]),
  signature: new Uint8Array([4]),
};
const signedBy = (party: PartyId, message: Bytes): EntrySignature => ({
  key: sha256Of(party),
  signature: new Uint8Array([...sha256Of(party, message), ...new Uint8Array(32)]) as Ed25519Signature,
});
const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
};

const { clock, pass } = clockByHand();
/** The next full hour of the clock, and the one twelve hours later. */
const first = Math.ceil((clock.now() + 1) / hours(1));
const askAt = [(first % 24) * 60, ((first + 12) % 24) * 60];
const untilFirst = ms(first * hours(1) - clock.now());

type Life = { readonly run: PeopleRun; readonly sent: Bytes[]; readonly reports: ParleyError[] };

async function boot(disk: MemoryDisk, up = true, times: readonly number[] = askAt): Promise<Life> {
  const store = openMemory(disk);
  const sent: Bytes[] = [];
  const reports: ParleyError[] = [];
  let drawn = store.nextIndex();
  const run = await runPeople({
    store,
    writer: makeWriter(store, () => undefined),
    clock,
    random: (length) => new Uint8Array(length).fill(++drawn + 40),
    us: () => us,
    zone: () => "UTC",
    links: {
      all: () => [{ link, party: idText(them), since: instant(0), used: null }],
      reachable: () => ({ up, since: instant(0) }),
      put: (_tx, _after, to, kind, payload) => {
        expect([to, kind]).toEqual([link, payloadKinds.people]);
        sent.push(payload);
      },
    },
    settings: { askAt: times, within: minutes(30) },
    sign: (message) => signedBy(us, message),
    verify: (party, by, message) =>
      party === idText(them) && idText(by.signature) === idText(signedBy(them, message).signature),
    onChange: () => undefined,
    report: (error) => void reports.push(error),
  });
  run.start();
  await settled();
  return { run, sent, reports };
}

const facts = async (disk: MemoryDisk) =>
  certain(await openMemory(disk).events(0, 1000))
    .filter(({ kind }) => kind === peopleKind)
    .map(({ bytes }) => certain(decode(peopleFact, certain(decodeEntry(bytes)).body)));

describe("people kept by a station", () => {
  it("[PE2] [PE5] a question outlives a restart, its challenge the same; its answer is in the ledger whole, and told once", async () => {
    const disk = memoryDisk();
    const before = await boot(disk);
    pass(untilFirst);
    await settled();
    const asked = before.run.shown().ours.question;
    if (asked === null) throw new Error("nothing was asked");
    const challenge = before.run.challenge(asked.id);
    before.run.stop();
    pass(minutes(5));

    const { run, sent, reports } = await boot(disk);
    expect(run.shown().ours.question).toEqual(asked);
    expect(run.challenge(asked.id)).toEqual(challenge);
    expect(run.challenge(idText(new Uint8Array(16)))).toBeNull();
    expect(certain(await run.here(asked.id, ada, "Ada", answer))).toBeNull();
    expect(await run.here(asked.id, ada, "Ada", answer)).toMatchObject({ error: { code: "HERE_NOT_ASKED" } });
    expect(run.shown().ours).toMatchObject({ at: "ready", by: "Ada", since: clock.now(), question: null });
    const [fact, ...others] = await facts(disk);
    if (fact?.type !== "here") throw new Error("no answer in the ledger");
    expect([others, fact.officer, fact.answer]).toEqual([[], ada, answer]);
    expect(hereChallenge(fact.question)).toEqual(challenge);
    expect(sent).toHaveLength(1);
    const { word, by } = certain(decodePeople(sent[0] ?? new Uint8Array(0)));
    expect(word).toMatchObject({ at: "ready", ago: 0 });
    expect(by).toEqual(signedBy(us, peopleWordSignable(word)));
    run.stop();
    // And the answer, too.
    const after = await boot(disk);
    expect(after.run.shown().ours).toMatchObject({ at: "ready", by: "Ada" });
    expect(after.sent).toEqual([]);
    pass(hours(12));
    await settled();
    pass(minutes(31));
    await settled();
    expect(after.run.shown().ours).toMatchObject({ at: "notReady", question: { at: "late" } });
    expect((await facts(disk)).map(({ type }) => type)).toEqual(["here", "unanswered"]);
    expect(after.reports.map(({ code }) => code)).toEqual(["PEOPLE_UNANSWERED"]);
    expect(reports).toEqual([]);
    after.run.stop();
  });

  it("[PE6] [PE7] what a linked station said is kept over a restart with its signature, and lapses without a word of ours", async () => {
    const disk = memoryDisk();
    const { run, reports } = await boot(disk, true, []);
    const word = {
      link: linkId,
      party: them,
      at: "ready" as const,
      since: instant(5),
      ago: 60,
      holds: 3600,
      room: null,
    };
    const peer = { id: linkId, peer: them } as PeerLink;
    const store = openMemory(disk);
    const hear = async (payload: Bytes): Promise<void> => {
      await makeWriter(store, () => undefined).write((tx, after) => run.heard(tx, after, peer, payload, seconds(30)));
    };
    await hear(encodePeople({ type: "word", word, by: signedBy(them, peopleWordSignable(word)) }));
    expect(run.shown().lines).toEqual([{ link, at: "ready", since: clock.now() - 90_000, room: null }]);
    await hear(new Uint8Array([9, 9]));
    await hear(encodePeople({ type: "word", word: { ...word, ago: 0 }, by: signedBy(them, peopleWordSignable(word)) }));
    expect(reports.map(({ code }) => code)).toEqual(["MESSAGE_MALFORMED", "PEOPLE_UNFIT"]);
    run.stop();
    const after = await boot(disk, true, []);
    expect(after.run.shown().lines).toMatchObject([{ at: "ready" }]);
    pass(hours(2));
    expect(after.run.shown().lines).toMatchObject([{ at: "silent" }]);
    expect(await facts(disk)).toMatchObject([{ type: "theirs", word, by: signedBy(them, peopleWordSignable(word)) }]);
    after.run.stop();
  });

  it("[PE2] a document that cannot be read is reported, and people are asked anew", async () => {
    const disk = memoryDisk();
    certain(await openMemory(disk).transaction((tx) => tx.put("people", "all", new Uint8Array([1]))));
    const { run, reports } = await boot(disk);
    expect(reports.map(({ code }) => code)).toEqual(["STORE_CORRUPT"]);
    expect(run.shown().ours.at).toBe("unasked");
    run.stop();
  });
});
