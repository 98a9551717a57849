// Two stations as far as calls, their record and the link's secret go, for tests: the real runners over simulated disks that
// may die at any commit, and a wire between them that carries what lies in the outbox, when and as often as a test says.
import { type Bytes, equal } from "@parley/base/bytes";
import { decode, encode, struct, opaque, uint16, uint48 } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { certain, ok } from "@parley/base/result";
import { type Clock, type Instant, instant, ms } from "@parley/base/time";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import { type EnvelopeId, type IdText, type LinkId, type PartyId, envelopeId, idText } from "@parley/protocol/ids";
import { maxEnvelopePayloadBytes } from "@parley/protocol/limits";
import { type CallPayload, callPayload } from "@parley/protocol/peer/call";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import { keyIdOf } from "@parley/protocol/signed/root";
import { type HybridKey, type HybridSigner, ed25519Half } from "@parley/protocol/signed/signature";
import { signerOfSeed } from "@parley/protocol/signed/testing/keys";
import type { Desk, FromTerminal } from "../../duty/calls/port.ts";
import type { PeerLink } from "../../peer/peerLink.ts";
import type { PeerPort } from "../../peer/peerPort.ts";
import { verifiedBy } from "../../peer/tlsIdentity.ts";
import { type CommitFault, type MemoryDisk, memoryDisk, openMemory } from "../../store/memory.ts";
import type { Store, Transaction } from "../../store/port.ts";
import { type CallsRun, runCalls } from "../callsRun.ts";
import { decodeFromPeer } from "../callsWire.ts";
import { appendFact } from "../callFacts.ts";
import { type ContinuityRun, runContinuity } from "../continuityRun.ts";
import { type LinksRun, runLinks } from "../linksRun.ts";
import { type Recorded, type RecordRun, runRecord } from "../recordRun.ts";
import { type Writer, makeWriter } from "../writer.ts";

const parcel = struct({ id: envelopeId, at: uint48, kind: uint16, payload: opaque(maxEnvelopePayloadBytes) });

export const theLink = new Uint8Array(16).fill(9) as LinkId;
export const linkText: IdText = idText(theLink);

/** Time of the whole world, and how far each station's wall clock is from it. */
export type Time = { now: number };

export type HalfPlan = {
  readonly party: PartyId;
  readonly other: PartyId;
  readonly signer: HybridSigner;
  readonly theirKey: HybridKey;
  readonly names: Readonly<Record<IdText, { readonly name: string; readonly timeZone: string }>>;
  readonly desks: readonly Desk[];
  readonly time: Time;
  readonly skew: number;
  readonly random: Random;
};

type Life = {
  readonly store: Store;
  readonly writer: Writer;
  readonly links: LinksRun;
  readonly record: RecordRun;
  readonly continuity: ContinuityRun;
  readonly calls: CallsRun;
};

/** One station; `boot` it before use and after each death. */
export class Half {
  readonly plan: HalfPlan;
  disk: MemoryDisk = memoryDisk();
  readonly told: { readonly call: IdText; readonly recorded: Recorded }[] = [];
  readonly refused: string[] = [];
  readonly reports: ParleyError[] = [];
  /** Calls that terminals were let into, with the generation of each. */
  readonly admitted: { readonly call: IdText; readonly generation: number }[] = [];
  deaths = 0;
  /** Why the link stands still, since the records contradict each other. */
  stoppedBy: ErrorCode | null = null;
  private stepped = 0;
  life: Life | null = null;
  private next: CommitFault | null = null;
  private onDeath: () => void = () => undefined;

  constructor(plan: HalfPlan) {
    this.plan = plan;
  }

  /** The next commit meets this. */
  fail(fault: CommitFault): void {
    this.next = fault;
  }

  /** The wall clock is set, forward or back. */
  set(by: number): void {
    this.stepped += by;
  }

  private clock(): Clock {
    const { time, skew } = this.plan;
    return {
      now: () => instant(Math.round(time.now + skew + this.stepped)),
      elapsed: () => ms(time.now),
      wait: () => () => undefined, // time passes only when a test says so
    };
  }

  now(): Instant {
    return this.clock().now();
  }

  async boot(): Promise<void> {
    const { party, other, signer, theirKey, names, desks, random } = this.plan;
    const clock = this.clock();
    this.disk.fault = () => {
      const fault = this.next ?? "keep";
      this.next = null;
      return fault;
    };
    const store = openMemory(this.disk);
    const writer = makeWriter(store, () => {
      this.fall();
    });
    const report = (error: ParleyError): void => void this.reports.push(error);
    const sealingKey = new Uint8Array(32).fill(3);
    const sign = (message: Bytes): EntrySignature => ({
      key: keyIdOf(signer.publicKey),
      signature: signer.signEd25519(message),
    });
    const check = verifiedBy(ed25519Half(theirKey));
    const verify = (_: IdText, by: EntrySignature, message: Bytes): boolean =>
      equal(by.key, keyIdOf(theirKey)) && check(message, by.signature);
    const us = (): PartyId => party;
    const links = await runLinks({
      store,
      clock,
      random,
      sealingKey,
      pinOf: () => null,
      onChange: () => undefined,
      report,
    });
    const place = (of: IdText) => ({ party: of, ...(names[of] ?? { name: of, timeZone: "UTC" }) });
    const tell = (call: IdText, recorded: Recorded): void => void this.told.push({ call, recorded });
    const record = await runRecord({ store, clock, us, links, place, sign, verify, tell, report });
    const continuity = await runContinuity({ store, clock, random, sealingKey, us, links, sign, verify, report });
    const calls = await runCalls({
      purpose: "talk",
      store,
      writer,
      clock,
      random,
      us,
      links,
      stopped: () => this.stoppedBy,
      desks: () => desks,
      sign: (message) => signer.signEd25519(message),
      tell: () => undefined,
      admit: (_, { call, generation }) => void this.admitted.push({ call, generation }),
      refuse: (_, code) => void this.refused.push(code),
      onFact: (tx, after, event) => {
        record.fact(tx, after, event, appendFact(tx, event, clock.now()));
        continuity.fact(tx, after, event);
      },
      onSaid: record.said,
      onLines: (tx, after, lines) => {
        record.lines(tx, after, lines);
        continuity.lines(tx, after, [lines]);
      },
    });
    const peer = this.peer(other);
    const port: PeerPort = {
      port: 0,
      open: () => peer,
      link: () => peer,
      links: () => [peer],
      adopt: () => undefined,
      dialPairing: () => Promise.reject(new Error("nobody pairs here")),
      networkIsBack: () => undefined,
      close: () => Promise.resolve(),
    };
    links.start(port);
    this.life = { store, writer, links, record, continuity, calls };
    if (links.all().length === 0) {
      await this.write((tx) => links.make(tx, () => undefined, theLink, other, new Uint8Array(32).fill(1)));
    }
  }

  private fall(): void {
    this.life = null;
    this.deaths++;
    this.onDeath();
  }

  private peer(other: PartyId): PeerLink {
    const put: PeerLink["put"] = (tx, kind, payload) => {
      const id = this.plan.random(16) as EnvelopeId;
      tx.send(theLink, encode(parcel, { id, at: Math.round(this.plan.time.now), kind, payload }));
      return ok(id);
    };
    return {
      id: theLink,
      peer: other,
      send: () => Promise.reject(new Error("nothing is sent outside a transaction here")),
      put,
      wake: () => undefined,
      status: () => ({ at: "closed", since: instant(0) }),
      watch: () => () => undefined,
      networkIsBack: () => undefined,
      renew: () => undefined,
      thaw: () => undefined,
      close: () => undefined,
    };
  }

  /** Writes, or dies trying; false when it died. */
  async write(work: (tx: Transaction, after: (effect: () => void) => void, life: Life) => void): Promise<boolean> {
    const { life } = this;
    if (life === null) return false;
    const died = new Promise<boolean>((resolve) => (this.onDeath = () => resolve(false)));
    const done = life.writer.write((tx, after) => work(tx, after, life)).then(() => true);
    return Promise.race([done, died]);
  }

  say(terminal: IdText, message: FromTerminal): Promise<boolean> {
    return this.write((tx, after, { calls }) => calls.within(tx, after, { from: "terminal", terminal, message }));
  }

  tick(): Promise<boolean> {
    return this.write((tx, after, { calls }) => calls.within(tx, after, { from: "time" }));
  }

  exported(terminal: IdText, call: IdText, secret: Bytes): Promise<boolean> {
    return this.write((tx, after, { calls, continuity }) =>
      continuity.exported(tx, after, [calls.state()], { terminal, call, secret }),
    );
  }

  line() {
    return this.life?.calls.state().links[linkText]?.line ?? { at: "idle" as const };
  }

  /** What of calls lies in the outbox. */
  async waiting(): Promise<readonly CallPayload[]> {
    const { life } = this;
    if (life === null) return [];
    const from = life.store.position(theLink).acknowledged + 1;
    return certain(await life.store.outbox(theLink, from, 100)).flatMap(({ bytes }) => {
      const { kind, payload } = certain(decode(parcel, bytes));
      return kind === payloadKinds.call ? [certain(decode(callPayload, payload))] : [];
    });
  }

  /** Hears these words about the record as if the other station had said them. */
  hear(payload: CallPayload): Promise<boolean> {
    return this.write((tx, after, { record }) => record.heard(tx, after, linkText, payload, ms(0)));
  }

  /** Takes the oldest envelope that the other has not heard acknowledged. False when there is none, or either is down. */
  async take(from: Half, acknowledge: boolean): Promise<boolean> {
    const [mine, theirs] = [this.life, from.life];
    if (mine === null || theirs === null) return false;
    const first = theirs.store.position(theLink).acknowledged + 1;
    const [envelope] = certain(await theirs.store.outbox(theLink, first, 1));
    if (envelope === undefined) return false;
    const { id, at, kind, payload } = certain(decode(parcel, envelope.bytes));
    const age = ms(Math.max(0, Math.round(this.plan.time.now) - at));
    const verify = verifiedBy(ed25519Half(this.plan.theirKey));
    const taken = await this.write((tx, after, { calls, record, continuity }) => {
      if (tx.take(theLink, envelope.sequence, id) !== "fresh") return;
      if (kind === payloadKinds.keys) return continuity.heard(tx, after, [calls.state()], linkText, payload);
      const read = certain(decodeFromPeer(payload, theLink, this.plan.other, age, verify));
      record.heard(tx, after, linkText, read.payload, age);
      if (read.message !== null) calls.within(tx, after, { from: "peer", link: linkText, message: read.message });
    });
    if (!taken || !acknowledge || from.life !== theirs) return true;
    const heard = await theirs.store.acknowledge(theLink, envelope.sequence);
    if (!heard.ok) from.fall();
    return true;
  }
}

/** Two stations with two desks each; `leads` says whose party id comes first. Wall clocks differ by `skew` milliseconds. */
export function twoStations(
  random: Random,
  options: { readonly leads?: "a" | "b"; readonly skew?: number } = {},
): { readonly a: Half; readonly b: Half; readonly time: Time } {
  const time: Time = { now: Date.UTC(2026, 8, 14, 20, 7, 0) };
  const [first, second] = options.leads === "b" ? [2, 1] : [1, 2];
  const partyA = new Uint8Array(32).fill(first) as PartyId;
  const partyB = new Uint8Array(32).fill(second) as PartyId;
  const names = {
    [idText(partyA)]: { name: "Northmark", timeZone: "America/Chicago" },
    [idText(partyB)]: { name: "Estovar", timeZone: "Europe/Istanbul" },
  };
  const [signerA, signerB] = [signerOfSeed(random(32)), signerOfSeed(random(32))];
  const desksOf = (n: number): readonly Desk[] =>
    [0, 1].map((i) => ({ terminal: idText(new Uint8Array(16).fill(n + i)), name: `Desk ${i}`, online: true }));
  const common = { names, time, random };
  const a = new Half({
    ...common,
    party: partyA,
    other: partyB,
    signer: signerA,
    theirKey: signerB.publicKey,
    desks: desksOf(10),
    skew: 0,
  });
  const b = new Half({
    ...common,
    party: partyB,
    other: partyA,
    signer: signerB,
    theirKey: signerA.publicKey,
    desks: desksOf(20),
    skew: options.skew ?? 1200,
  });
  return { a, b, time };
}
