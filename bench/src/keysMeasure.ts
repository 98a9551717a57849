// One pass of what keys cost a member: it adds the last of `n` terminals, that one joins, the first re-keys and removes it
// again. Runs in a worker of the browser and in Node alike; everything is the product's own, X-Wing and checks included.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type Wanted, commit, destroy, merge } from "@parley/e2ee/mls/commit";
import {
  type Engine,
  type Group,
  type Identity,
  createGroup,
  lifetimeFrom,
  makeEngine,
  makeKeyPackage,
  ownLeaf,
} from "@parley/e2ee/mls/group";
import { joinFromWelcome, onlyGroup } from "@parley/e2ee/mls/join";
import { callPsk } from "@parley/e2ee/mls/psk";
import { makeSuite } from "@parley/e2ee/mls/suite";
import type { CallId, LinkId, PartyId, TerminalId } from "@parley/protocol/ids";
import type { Digest } from "@parley/protocol/signed/hash";

/** Milliseconds that each step took. */
export type KeysPass = {
  readonly add: number;
  readonly join: number;
  readonly update: number;
  readonly remove: number;
};

export const steps = ["add", "join", "update", "remove"] as const;

/** A clock that counts fractions of a millisecond. */
export type Stopwatch = () => number;

const call = new Uint8Array(16).fill(0xca) as CallId;
const link = new Uint8Array(16).fill(0x11) as LinkId;

async function identityOf(n: number, subtle: SubtleCrypto): Promise<Identity> {
  const pair = await subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const terminal = new Uint8Array(16);
  terminal.set([n >> 8, n & 0xff]);
  return {
    credential: {
      version: 1,
      party: new Uint8Array(32).fill(n) as PartyId,
      terminal: terminal as TerminalId,
      chain: new Uint8Array(32) as Digest,
    },
    signatureKey: pair.privateKey,
    signaturePublicKey: new Uint8Array(await subtle.exportKey("raw", pair.publicKey)),
  };
}

/** A group of `n` - 1 in which passes can be made again and again. */
export class KeysBench {
  readonly native: boolean;
  private readonly engine: Engine;
  private readonly subtle: SubtleCrypto;
  private readonly now: Instant;
  private readonly n: number;
  private readonly watch: Stopwatch;
  private group: Group;

  static async make(
    n: number,
    subtle: SubtleCrypto,
    random: Random,
    now: Instant,
    watch: Stopwatch,
  ): Promise<KeysBench> {
    const suite = await makeSuite(subtle, random);
    const engine = makeEngine(suite, async () => true);
    const psk = callPsk(random(32), { link, generation: 0, call });
    const alone = await createGroup(engine, await identityOf(0, subtle), call, psk, now);
    const bench = new KeysBench(n, engine, subtle, now, watch, alone, suite.native);
    const packages: Bytes[] = [];
    for (let i = 1; i < n - 1; i++) packages.push((await bench.newcomer(i)).bytes);
    if (packages.length > 0) await bench.commit({ add: packages });
    await bench.commit({});
    return bench;
  }

  private constructor(
    n: number,
    engine: Engine,
    subtle: SubtleCrypto,
    now: Instant,
    watch: Stopwatch,
    group: Group,
    native: boolean,
  ) {
    this.n = n;
    this.engine = engine;
    this.subtle = subtle;
    this.now = now;
    this.watch = watch;
    this.group = group;
    this.native = native;
  }

  private async newcomer(i: number) {
    return makeKeyPackage(this.engine, await identityOf(i, this.subtle), lifetimeFrom(this.now));
  }

  private async commit(wanted: Wanted): Promise<Bytes | null> {
    const made = certain(await commit(this.group, { now: this.now, ...wanted }));
    this.group = merge(made.staged);
    return made.welcome;
  }

  private async timed<T>(what: () => Promise<T>): Promise<readonly [T, number]> {
    const start = this.watch();
    const value = await what();
    return [value, this.watch() - start];
  }

  async pass(): Promise<KeysPass> {
    const own = await this.newcomer(this.n - 1);
    const [welcome, add] = await this.timed(() => this.commit({ add: [own.bytes] }));
    if (welcome === null) throw new Error("an add without a welcome");
    const { engine } = this;
    const { psk } = this.group;
    const [joined, join] = await this.timed(() => joinFromWelcome(engine, own, onlyGroup(call), welcome, psk));
    const newcomer = certain(joined);
    const [, update] = await this.timed(() => this.commit({}));
    const [, remove] = await this.timed(() => this.commit({ remove: [ownLeaf(newcomer)] }));
    destroy(newcomer);
    return { add, join, update, remove };
  }
}
