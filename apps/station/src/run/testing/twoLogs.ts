// Two linked stations as far as their ledgers go, for tests: the real runner over simulated disks, real keys, and a wire that
// carries what lies in the outbox when a test says so. A disk may be put back to an earlier state, or swapped for a forged one.
import type { Bytes } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { type Instant, instant, ms } from "@parley/base/time";
import { ownRecord } from "@parley/ledger/record";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, type LinkId, idText } from "@parley/protocol/ids";
import { type Pin, proveBundle } from "@parley/protocol/signed/pin";
import { type TestParty, epoch, testParty } from "@parley/protocol/signed/testing/party";
import type { HybridSigner } from "@parley/protocol/signed/signature";
import { testVerify } from "@parley/protocol/signed/testing/keys";
import { ed25519Of, nodeSha256 } from "../../keys/hybrid.ts";
import { verifiedBy } from "../../peer/tlsIdentity.ts";
import { type MemoryDisk, memoryDisk, openMemory } from "../../store/memory.ts";
import type { Store, Transaction } from "../../store/port.ts";
import { type LogRun, runLog } from "../logRun.ts";
import { type After, type Writer, makeWriter } from "../writer.ts";

export const logLink = new Uint8Array(16).fill(9) as LinkId;
export const logLinkText: IdText = idText(logLink);

type Life = { readonly store: Store; readonly writer: Writer; readonly log: LogRun };

const draw = (seed: number) => {
  let n = seed;
  return (length: number): Bytes => Uint8Array.from({ length }, () => (n = (n * 48_271) % 2_147_483_647) & 0xff);
};

export class LogHalf {
  readonly party: TestParty;
  readonly pin: Pin;
  readonly reports: ParleyError[] = [];
  disk: MemoryDisk = memoryDisk();
  other: LogHalf | null = null;
  up = true;
  now: Instant = instant(1_790_000_000_000);
  life: Life | null = null;
  private readonly random: (length: number) => Bytes;

  constructor(seed: number) {
    this.party = testParty(seed);
    this.pin = certain(certain(proveBundle(this.party.bundle(0), epoch)).prove(testVerify));
    this.random = draw(seed + 1);
  }

  get log(): LogRun {
    if (this.life === null) throw new Error("not booted");
    return this.life.log;
  }

  get store(): Store {
    if (this.life === null) throw new Error("not booted");
    return this.life.store;
  }

  /** Opens what the disk holds, as a start does. */
  async boot(): Promise<void> {
    const store = openMemory(this.disk);
    const died = (error: ParleyError): void => void this.reports.push(error);
    const writer = makeWriter(store, died);
    const record = { link: logLinkText, party: idText(this.theirs().party.id), since: this.now, used: null };
    const log = await runLog({
      store,
      writer,
      clock: { now: () => this.now, elapsed: () => ms(this.now), wait: () => () => undefined },
      random: this.random,
      sha: nodeSha256,
      verify: testVerify,
      verifiedBy,
      ed25519Of,
      sealingKey: new Uint8Array(32).fill(3),
      card: () => this.pin.card,
      pinOf: () => this.theirs().pin,
      links: {
        all: () => [record],
        of: (link) => (link === logLinkText ? record : null),
        reachable: () => ({ up: this.up, since: this.now }),
        put: (tx, _after, _link, _kind, payload) => {
          tx.send(logLink, payload);
        },
      },
      onChange: () => undefined,
      report: died,
    });
    this.life = { store, writer, log };
  }

  get root(): HybridSigner {
    const [root] = this.party.roots;
    if (root === undefined) throw new Error("a party without a root");
    return root;
  }

  private theirs(): LogHalf {
    if (this.other === null) throw new Error("alone");
    return this.other;
  }

  write(work: (tx: Transaction, after: After) => void): Promise<void> {
    if (this.life === null) throw new Error("not booted");
    return this.life.writer.write(work);
  }

  /** The root certifies the log's keys; they are read back before this resolves. */
  async begin(): Promise<void> {
    await this.write((tx, after) => void this.log.begin(tx, after, this.root));
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Writes `count` entries. */
  async entries(count: number, what = "entry"): Promise<void> {
    await this.write((tx) => {
      for (let i = 0; i < count; i++)
        tx.append("note", ownRecord("note", this.now, new TextEncoder().encode(`${what} ${i}`)));
    });
  }

  /** Hands the oldest envelope to the other side; false when there is none. `bend` may change what arrives. */
  async take(bend: (payload: Bytes) => Bytes = (it) => it): Promise<boolean> {
    const [first] = certain(await this.store.outbox(logLink, 1, 1));
    if (first === undefined) return false;
    const to = this.theirs();
    // Taken once each by this wire itself: the link's own numbering would notice a disk that went back before any checkpoint did.
    await to.write((tx, after) => to.log.heard(tx, after, logLinkText, bend(first.bytes)));
    certain(await this.store.acknowledge(logLink, first.sequence));
    return true;
  }
}

/** Delivers until nothing is under way. */
export async function settle(a: LogHalf, b: LogHalf): Promise<void> {
  for (;;) {
    const moved = (await a.take()) || (await b.take());
    await new Promise((resolve) => setImmediate(resolve));
    if (!moved) return;
  }
}

/** Two stations whose logs are begun, with nothing witnessed yet. */
export async function twoLogs(): Promise<{ readonly a: LogHalf; readonly b: LogHalf }> {
  const [a, b] = [new LogHalf(11), new LogHalf(22)];
  [a.other, b.other] = [b, a];
  for (const half of [a, b]) {
    await half.boot();
    await half.begin();
  }
  return { a, b };
}
