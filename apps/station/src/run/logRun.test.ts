// Two stations that witness each other's ledgers, over real keys and signatures: what is cosigned, what stops a link and stays
// as proof, and every byte of what they say to each other bent.
import { type Bytes, equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { days, ms, instant } from "@parley/base/time";
import { decodeAddCheckpoint, encodeAddCheckpoint } from "@parley/ledger/addCheckpoint";
import { checkpointSignature, decodeCheckpoint } from "@parley/ledger/checkpoint";
import { decodeEntry } from "@parley/ledger/entry";
import { logKeyOf, witnessKeyOf } from "@parley/ledger/logNames";
import { decodeNote } from "@parley/ledger/note";
import { idText } from "@parley/protocol/ids";
import { ledgerPayload } from "@parley/protocol/peer/ledger";
import { signLogCertificate } from "@parley/protocol/signed/logCertificate";
import { describe, expect, it } from "vitest";
import { ledgerFact, ledgerKind } from "../duty/ledger/facts.ts";
import { nodeSha256 } from "../keys/hybrid.ts";
import { verifiedBy } from "../peer/tlsIdentity.ts";
import { cosignedKind } from "./logDocs.ts";
import { stoppedCode } from "./logFacts.ts";
import { tileKind } from "./recordTree.ts";
import { LogHalf, logLink, logLinkText, settle, twoLogs } from "./testing/twoLogs.ts";

const codes = ({ reports }: LogHalf): readonly string[] => reports.map(({ code }) => code);

async function stops({ store }: LogHalf) {
  const events = certain(await store.events(0, 5000));
  return events
    .filter(({ kind }) => kind === ledgerKind)
    .map(({ bytes }) => certain(decode(ledgerFact, certain(decodeEntry(bytes)).body)))
    .filter((fact) => fact.type === "stopped");
}

/** Each side offers until both have cosigned all that the other has. */
async function witnessAll(a: LogHalf, b: LogHalf): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await a.log.round();
    await b.log.round();
    await settle(a, b);
  }
}

/** Two stations that have cosigned all of each other's, five entries of `a` among it. */
async function witnessed(): Promise<{ readonly a: LogHalf; readonly b: LogHalf }> {
  const both = await twoLogs();
  await both.a.entries(5);
  await witnessAll(both.a, both.b);
  return both;
}

const standing = ({ log }: LogHalf) => {
  const [only] = log.standings();
  if (only === undefined) throw new Error("one link");
  return only;
};

describe("witnessing", () => {
  it("[LG31] each cosigns what the other has, and the log keeps a note that both keys have signed", async () => {
    const { a, b } = await twoLogs();
    await a.entries(300);
    await witnessAll(a, b);
    expect(standing(a).theyCosigned).toBe(a.store.nextIndex());
    expect(standing(b).weCosigned).toBe(a.store.nextIndex());
    const docs = certain(await a.store.docs(cosignedKind));
    expect(docs.length).toBe(1);
    const note = certain(decodeNote(docs[0]?.bytes ?? new Uint8Array(0)));
    const [ours, theirs] = [a.log.certificate(), b.log.certificate()];
    if (ours === null || theirs === null) throw new Error("both are certified");
    expect(certain(decodeCheckpoint(note.text)).size).toBe(a.store.nextIndex());
    for (const key of [logKeyOf(ours.body), witnessKeyOf(theirs.body)]) {
      const signed = checkpointSignature(nodeSha256, note, key);
      expect(signed !== null && verifiedBy(key.publicKey)(signed.check.message, signed.check.signature)).toBe(true);
    }
    expect([...codes(a), ...codes(b)]).toEqual([]);
  });

  it("[LG30] a party whose log the root has not certified yet offers and cosigns nothing, and does once it has", async () => {
    const [a, b] = [new LogHalf(31), new LogHalf(32)];
    [a.other, b.other] = [b, a];
    await a.boot();
    await b.boot();
    await b.begin();
    await a.entries(3);
    await witnessAll(a, b);
    expect([standing(a).theyCosigned, standing(b).theyCosigned]).toEqual([0, 0]);
    expect(codes(b)).toEqual(["LEDGER_KEY_UNPROVEN"]);
    await a.begin();
    b.now = instant(b.now + days(1));
    await witnessAll(a, b);
    expect([standing(a).theyCosigned, standing(b).theyCosigned]).toEqual([a.store.nextIndex(), b.store.nextIndex()]);
    expect(a.log.certificateOf(idText(b.party.id))?.body.serial).toBe(1);
  });

  it("[LG30] a certificate that another root signed, or a second one of the same serial, counts for nothing", async () => {
    const { a, b } = await twoLogs();
    await a.entries(1);
    await witnessAll(a, b);
    const certificate = a.log.certificate();
    if (certificate === null) throw new Error("certified");
    const { body } = certificate;
    const other = { ...body, logKey: body.witnessKey };
    for (const [change, root] of [
      [{ ...other, serial: 2 }, b.root],
      [other, a.root],
      [{ ...other, serial: 2, generation: 1 }, a.root],
      [{ ...other, serial: 2, party: b.party.id }, a.root],
      [{ ...other, serial: 0 }, a.root],
    ] as const) {
      const payload = encode(ledgerPayload, {
        type: "offer",
        certificate: signLogCertificate(change, root),
        request: new Uint8Array(0),
      });
      b.reports.length = 0;
      await b.write((tx, after) => b.log.heard(tx, after, logLinkText, payload));
      expect(codes(b)).toEqual(["LEDGER_KEY_UNPROVEN"]);
    }
    expect(b.log.certificateOf(idText(a.party.id))).toEqual(certificate);
  });

  it("[LG32] a witness answers an offer from another size with the note that it knows, and cosigns only the log's own word", async () => {
    const { a, b } = await witnessed();
    await a.entries(5);
    await a.log.round();
    const [offer] = certain(await a.store.outbox(logLink, 1, 1));
    const read = offer === undefined ? null : certain(decode(ledgerPayload, offer.bytes));
    if (read?.type !== "offer") throw new Error("offered");
    const request = certain(decodeAddCheckpoint(read.request));
    const before = standing(b).weCosigned;
    const say = async (body: Bytes) => {
      await b.write((tx, after) =>
        b.log.heard(tx, after, logLinkText, encode(ledgerPayload, { ...read, request: body })),
      );
      const [answer] = certain(await b.store.outbox(logLink, 1, 1));
      if (answer === undefined) throw new Error("answered");
      certain(await b.store.acknowledge(logLink, answer.sequence));
      return certain(decode(ledgerPayload, answer.bytes));
    };
    expect(before).toBe(request.old);
    const other = await say(encodeAddCheckpoint({ ...request, old: request.old - 1 }));
    const known = other.type === "conflict" ? certain(decodeNote(other.known)) : null;
    expect(known === null ? null : certain(decodeCheckpoint(known.text)).size).toBe(before);
    const unsigned = {
      text: request.note.text,
      signatures: request.note.signatures.map((line) => ({ ...line, signature: line.signature.toReversed() })),
    };
    expect(await say(encodeAddCheckpoint({ ...request, note: unsigned }))).toEqual({
      type: "refused",
      code: "SIGNATURE_INVALID",
    });
    expect(standing(b).weCosigned).toBe(before);
    expect((await say(read.request)).type).toBe("cosigned");
    expect((await say(encodeAddCheckpoint({ ...request, old: request.old + 5, proof: [] }))).type).toBe("cosigned");
  });

  it("[LG5] full tiles are kept, and a start grows the same tree from them", async () => {
    const { a, b } = await twoLogs();
    await a.entries(1100);
    await witnessAll(a, b);
    expect(certain(await a.store.docs(tileKind)).map(({ key }) => key)).toEqual(
      [0, 1, 2, 3].map((n) => `tile/0/00${n}`),
    );
    await a.boot();
    expect(codes(a)).toEqual([]);
    await a.entries(3);
    await witnessAll(a, b);
    expect(standing(a).theyCosigned).toBe(a.store.nextIndex());
  });

  it("[LG31] a witness that was away for years asks for consistency from what it cosigned last, and delays nothing", async () => {
    const { a, b } = await witnessed();
    const then = standing(a).theyCosigned;
    a.up = false;
    for (let i = 0; i < 20; i++) {
      a.now = instant(a.now + days(90));
      await a.entries(37);
      await a.log.round();
    }
    expect(standing(a).theyCosigned).toBe(then);
    expect(certain(await a.store.outbox(logLink, 1, 10)).length).toBe(0);
    a.up = true;
    await witnessAll(a, b);
    expect(standing(a).theyCosigned).toBe(a.store.nextIndex());
  });

  it("[LG31] an answer that the log forgot is made good by the witness's word, from either side's crash", async () => {
    const { a, b } = await witnessed();
    const early = a.disk.restoredCopy();
    await a.entries(6);
    await a.log.round();
    // The witness cosigns; the log dies before it hears so, and its outbox is sent again.
    await a.take();
    await a.boot();
    await settle(a, b);
    await witnessAll(a, b);
    expect(standing(a).theyCosigned).toBe(a.store.nextIndex());
    expect(early).not.toBe(a.disk);
    expect([...codes(a), ...codes(b)]).toEqual([]);
  });
});

describe("what contradicts", () => {
  it("[LG33] a record that went back stops the link on both sides, both checkpoints kept whole, also after a restart", async () => {
    const { a, b } = await witnessed();
    const early = a.disk.restoredCopy();
    await a.entries(20);
    await witnessAll(a, b);
    const known = standing(b).weCosigned;
    a.disk = early;
    await a.boot();
    await a.entries(2);
    await witnessAll(a, b);
    expect([standing(b).stopped, standing(a).stopped]).toMatchObject([
      { whose: "theirs", why: "rollback" },
      { whose: "ours", why: "rollback" },
    ]);
    expect(codes(b)).toEqual(["LEDGER_ROLLED_BACK"]);
    expect(codes(a)).toEqual(["LEDGER_STOPPED"]);
    for (const half of [a, b]) {
      const [stop, ...more] = await stops(half);
      if (stop?.type !== "stopped") throw new Error("kept");
      expect(more).toEqual([]);
      const sizes = [stop.known, stop.shown].map(
        (note) => certain(decodeCheckpoint(certain(decodeNote(note)).text)).size,
      );
      expect(sizes[0]).toBe(known);
      expect(sizes[1]).toBeLessThan(known);
      await half.boot();
      expect(half.log.stopped(logLinkText)).toMatchObject({ why: "rollback" });
    }
    const before = b.reports.length;
    await witnessAll(a, b);
    expect(b.reports.length).toBe(before);
  });

  it("[LG33] another root for one size is a fork, and so is a longer record without what was signed", async () => {
    for (const extra of [0, 9]) {
      const { a, b } = await witnessed();
      const early = a.disk.restoredCopy();
      await a.entries(20, "one");
      await witnessAll(a, b);
      const known = a.store.nextIndex();
      a.disk = early;
      await a.boot();
      await a.entries(known - a.store.nextIndex() + extra, "two");
      await witnessAll(a, b);
      expect([standing(b).stopped, standing(a).stopped]).toMatchObject([
        { whose: "theirs", why: "fork" },
        { whose: "ours", why: "fork" },
      ]);
      expect([codes(b), codes(a)]).toEqual([["LEDGER_FORKED"], ["LEDGER_STOPPED"]]);
    }
  });

  it("[LG33] a longer record whose proof does not hold is not cosigned, and stops the link", async () => {
    const { a, b } = await witnessed();
    await a.entries(5);
    await a.log.round();
    await a.take((payload) => {
      const offer = certain(decode(ledgerPayload, payload));
      if (offer.type !== "offer") throw new Error("an offer");
      const { proof, ...rest } = certain(decodeAddCheckpoint(offer.request));
      return encode(ledgerPayload, { ...offer, request: encodeAddCheckpoint({ ...rest, proof: proof.slice(1) }) });
    });
    const { stopped } = standing(b);
    expect(stopped !== null && stoppedCode(stopped)).toBe("LEDGER_UNPROVEN");
  });

  it("[LG35] a log that is shown its own signature under what it does not hold stops, and a word without one stops nothing", async () => {
    const { a, b } = await witnessed();
    await a.entries(5);
    await a.log.round();
    const [known] = certain(await b.store.docs("witnessed"));
    if (known === undefined) throw new Error("witnessed");
    // Their own checkpoint in place of ours, and one of ours with a byte turned.
    const [foreign] = certain(await b.store.docs("checkpoint"));
    if (foreign === undefined) throw new Error("signed");
    for (const word of [foreign.bytes, known.bytes.with(60, (known.bytes[60] as number) ^ 1)]) {
      const payload = encode(ledgerPayload, { type: "stopped", why: "fork", known: word, shown: known.bytes });
      const copy = new LogHalf(11);
      copy.other = b;
      copy.disk = a.disk.restoredCopy();
      await copy.boot();
      await copy.write((tx, after) => copy.log.heard(tx, after, logLinkText, payload));
      expect([standing(copy).stopped, codes(copy)]).toEqual([null, ["LEDGER_UNPROVEN"]]);
      const admitted = encode(ledgerPayload, { type: "admitted", why: "fork", known: word, shown: known.bytes });
      await b.write((tx, after) => b.log.heard(tx, after, logLinkText, admitted));
      expect(standing(b).stopped).toBe(null);
    }
    const proven = encode(ledgerPayload, { type: "stopped", why: "fork", known: known.bytes, shown: known.bytes });
    await a.write((tx, after) => a.log.heard(tx, after, logLinkText, proven));
    expect(standing(a).stopped).toMatchObject({ whose: "ours" });
  });

  it("[LG36] a station whose disk no longer holds what it signed signs nothing more", async () => {
    const { a } = await witnessed();
    const signed = certain(await a.store.docs("checkpoint"))[0];
    if (signed === undefined) throw new Error("signed");
    const shorter = (await twoLogs()).a;
    await shorter.write((tx) => tx.put("checkpoint", signed.key, signed.bytes));
    await shorter.boot();
    expect(codes(shorter)).toEqual(["LEDGER_OWN_BROKEN"]);
    await shorter.entries(1);
    await shorter.log.round();
    expect(certain(await shorter.store.outbox(logLink, 1, 10)).length).toBe(0);
  });

  it("[LG37] a log that the root began anew is another log: it is witnessed from its first entry, and frees the link", async () => {
    const { a, b } = await twoLogs();
    await a.entries(25);
    await witnessAll(a, b);
    const whole = a.store.nextIndex();
    a.disk = (await twoLogs()).a.disk;
    await a.boot();
    await a.entries(1);
    await witnessAll(a, b);
    expect(standing(b).stopped).toMatchObject({ why: "rollback" });
    expect(a.store.nextIndex()).toBeLessThan(whole);
    await a.begin();
    await witnessAll(a, b);
    expect(standing(a)).toMatchObject({ stopped: null, theyCosigned: a.store.nextIndex() });
    expect(standing(b)).toMatchObject({ stopped: null, weCosigned: a.store.nextIndex() });
    expect((await stops(b)).length).toBe(1);
  });
});

describe("[LG38] every byte of what they say", () => {
  /** `bytes` with one bit of each byte turned, and each byte dropped and repeated. */
  function* bentOf(bytes: Bytes, step: number): Generator<Bytes> {
    for (let at = 0; at < bytes.length; at += step) {
      yield bytes.with(at, (bytes[at] as number) ^ (1 << (at % 8)));
      yield new Uint8Array([...bytes.slice(0, at), ...bytes.slice(at + 1)]);
      yield new Uint8Array([...bytes.slice(0, at + 1), ...bytes.slice(at)]);
    }
  }

  /** Hands each bent form to a station that has not taken the true one, and expects it to be none the wiser. */
  async function refusedBy(to: LogHalf, bytes: Bytes, step: number): Promise<number> {
    let count = 0;
    for (const bent of bentOf(bytes, step)) {
      const before = JSON.stringify(to.log.standings());
      await to.write((tx, after) => to.log.heard(tx, after, logLinkText, bent));
      expect([count, JSON.stringify(to.log.standings())]).toEqual([count, before]);
      count++;
    }
    return count;
  }

  it("an offer and its cosignature with any byte bent move nothing; nor do they under other keys or on another link", async () => {
    const { a, b } = await witnessed();
    await a.entries(5);
    await a.log.round();
    const [offer] = certain(await a.store.outbox(logLink, 1, 1));
    if (offer === undefined) throw new Error("offered");
    const read = certain(decode(ledgerPayload, offer.bytes));
    if (read.type !== "offer") throw new Error("an offer");
    expect(certain(decodeAddCheckpoint(read.request)).proof.length).toBeGreaterThan(0);
    // The certificate is compared with one that is known; the signature's bytes are bent where it is new.
    const stranger = (await twoLogs()).b;
    let count = await refusedBy(b, offer.bytes.slice(-read.request.length - 3), 1);
    count += await refusedBy(stranger, offer.bytes, 13);
    const reported = b.reports.length;
    await a.take();
    const [answer] = certain(await b.store.outbox(logLink, 1, 1));
    if (answer === undefined) throw new Error("answered");
    count += await refusedBy(a, answer.bytes.slice(-120), 1);
    const foreign = (await twoLogs()).b;
    const other = foreign.log.certificate();
    if (other === null) throw new Error("certified");
    const swapped = encode(ledgerPayload, { ...read, certificate: other });
    await b.write((tx, after) => b.log.heard(tx, after, logLinkText, swapped));
    await b.write((tx, after) => b.log.heard(tx, after, idText(new Uint8Array(16)), offer.bytes));
    count += 2;
    expect(b.reports.length).toBeGreaterThan(reported);
    expect(equal(read.certificate.body.logKey, other.body.logKey)).toBe(false);
    console.log(`${count} bent offers and cosignatures were refused`);
    expect(ms(count)).toBeGreaterThan(1000);
  });
});
