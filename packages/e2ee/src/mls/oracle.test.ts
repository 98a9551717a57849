import { type Bytes, fromHex, hex } from "@parley/base/bytes";
import { below } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { afterAll, describe, expect, it } from "vitest";
import { type Staged, commit, drop, merge, processCommit } from "./commit.ts";
import { encodeLeafCredential } from "./credential.ts";
import {
  type Engine,
  type Group,
  type Identity,
  createGroup,
  epochAuthenticator,
  epochOf,
  frameBaseKey,
  groupInfo,
  makeEngine,
  makeKeyPackage,
  members,
} from "./group.ts";
import { externalJoin, joinFromWelcome, onlyGroup } from "./join.ts";
import { Oracle, whyNoOracle } from "../../../../e2e/oracle/oracle.ts";
import { rfcSuite } from "./testing/rfcSuites.ts";
import { handledEd25519 } from "./suite.ts";
import { makeIdentity, seeded, testCall, testLifetime, testNow, testPsk, trusting, webRandom } from "./testing/call.ts";

const isFull = process.env["PARLEY_FULL"] === "1";
const [runs, steps] = isFull ? [300, 30] : [12, 20];
const missing = whyNoOracle();
if (missing !== null) console.log(`mixed groups with OpenMLS: skipped, ${missing}`);

const psk = testPsk();
const most = 9;

const bytesOf = (text: string): Bytes => fromHex(text) ?? new Uint8Array(0);

/** A member of a mixed group: of our engine, or of the oracle by name. */
type Seat = { readonly n: number; readonly identity: Identity } & (
  { readonly kind: "ours"; group: Group } | { readonly kind: "theirs"; readonly name: string }
);

class Mixed {
  readonly seats = new Map<number, Seat>();
  private readonly oracle: Oracle;
  private readonly engine: Engine;
  private readonly run: number;
  private next = 0;
  readonly counts = new Map<string, number>();

  constructor(oracle: Oracle, engine: Engine, run: number) {
    this.oracle = oracle;
    this.engine = engine;
    this.run = run;
  }

  private name(n: number): string {
    return `r${this.run}m${n}`;
  }

  /** A newcomer that is not in the group yet; its number is its terminal. */
  private async newcomer(isOurs: boolean): Promise<{ n: number; identity: Identity; isOurs: boolean }> {
    const n = this.next++;
    const identity = await makeIdentity(n);
    if (!isOurs) {
      await this.oracle.ask("new", this.name(n), hex(encodeLeafCredential(identity.credential)));
      await this.oracle.ask("psk", this.name(n), hex(psk.id), hex(psk.secret));
    }
    return { n, identity, isOurs };
  }

  async found(isOurs: boolean): Promise<void> {
    const { n, identity } = await this.newcomer(isOurs);
    if (isOurs) {
      const group = await createGroup(this.engine, identity, testCall, psk, testNow);
      this.seats.set(n, { n, identity, kind: "ours", group });
    } else {
      await this.oracle.ask("create", this.name(n), hex(testCall));
      this.seats.set(n, { n, identity, kind: "theirs", name: this.name(n) });
    }
  }

  private async leafOf(n: number): Promise<number> {
    return (await this.leaves()).get(n) ?? -1;
  }

  /** Leaf by terminal number, as any one member sees it. */
  private async leaves(): Promise<Map<number, number>> {
    const [any] = this.seats.values();
    if (any === undefined) throw new Error("nobody is left");
    if (any.kind === "ours")
      return new Map(
        members(any.group).map(({ leaf, credential }) => [
          ((credential.terminal[0] as number) << 8) | (credential.terminal[1] as number),
          leaf,
        ]),
      );
    const [, , , list = ""] = await this.oracle.ask("state", any.name);
    return new Map(
      list.split(",").map((each) => {
        const [leaf = "", identity = ""] = each.split(":");
        return [Number.parseInt(identity.slice(66, 70), 16), Number(leaf)];
      }),
    );
  }

  /** `by` commits; everyone processes and merges; whoever is added joins. */
  async change(by: Seat, adds: readonly boolean[], removes: readonly number[]): Promise<void> {
    const joiners = [];
    for (const isOurs of adds) {
      const newcomer = await this.newcomer(isOurs);
      const own = isOurs ? await makeKeyPackage(this.engine, newcomer.identity, testLifetime) : null;
      const bytes = own?.bytes ?? bytesOf((await this.oracle.ask("keyPackage", this.name(newcomer.n)))[0] as string);
      joiners.push({ ...newcomer, own, bytes });
    }
    const leaves = await Promise.all(removes.map((n) => this.leafOf(n)));
    const { message, welcome, staged } = await this.commitBy(
      by,
      joiners.map((j) => j.bytes),
      leaves,
    );
    for (const seat of this.seats.values())
      if (seat.n !== by.n) await this.process(seat, message, removes.includes(seat.n));
    await this.mergeBy(by, staged);
    for (const n of removes) this.seats.delete(n);
    for (const { n, identity, own } of joiners) {
      if (welcome === null) throw new Error("an add without a welcome");
      if (own !== null) {
        const group = certain(await joinFromWelcome(this.engine, own, onlyGroup(testCall), welcome, psk));
        this.seats.set(n, { n, identity, kind: "ours", group });
      } else {
        await this.oracle.ask("join", this.name(n), hex(welcome));
        this.seats.set(n, { n, identity, kind: "theirs", name: this.name(n) });
      }
    }
  }

  private async commitBy(
    by: Seat,
    add: readonly Bytes[],
    remove: readonly number[],
  ): Promise<{ message: Bytes; welcome: Bytes | null; staged: Staged | null }> {
    if (by.kind === "ours") {
      const made = certain(await commit(by.group, { add, remove, now: testNow }));
      return { message: made.commit, welcome: made.welcome, staged: made.staged };
    }
    const list = (all: readonly string[]) => (all.length === 0 ? "-" : all.join(","));
    const [message = "", welcome = "-"] = await this.oracle.ask(
      "commit",
      by.name,
      list(add.map(hex)),
      list(remove.map(String)),
      add.length > 0 ? hex(psk.id) : "-",
    );
    return { message: bytesOf(message), welcome: welcome === "-" ? null : bytesOf(welcome), staged: null };
  }

  private async mergeBy(by: Seat, staged: Staged | null): Promise<void> {
    if (by.kind === "theirs") await this.oracle.ask("merge", by.name);
    else if (staged !== null) by.group = merge(staged);
  }

  private async process(seat: Seat, message: Bytes, isRemoved: boolean): Promise<void> {
    if (seat.kind === "theirs") {
      const [where] = await this.oracle.ask("process", seat.name, hex(message));
      expect(where).toBe(isRemoved ? "out" : "in");
      return;
    }
    const incoming = certain(await processCommit(seat.group, message));
    expect(incoming.kind).toBe(isRemoved ? "removed" : "staged");
    if (incoming.kind === "staged") seat.group = merge(incoming.staged);
  }

  /** A commit that is made and let go again. */
  async changeOfMind(by: Seat): Promise<void> {
    const { staged } = await this.commitBy(by, [], []);
    if (by.kind === "theirs") await this.oracle.ask("drop", by.name);
    else if (staged !== null) drop(staged);
  }

  /** `who` comes in from outside by a group info of `host`; a member that does it loses its former leaf. */
  async comeBack(who: Seat | null, host: Seat, isOurs: boolean): Promise<void> {
    const info =
      host.kind === "ours"
        ? hex(await groupInfo(host.group))
        : ((await this.oracle.ask("info", host.name))[0] as string);
    const newcomer = who ?? {
      ...(await this.newcomer(isOurs)),
      kind: isOurs ? ("ours" as const) : ("theirs" as const),
    };
    let seat: Seat;
    let message: Bytes;
    if (newcomer.kind === "ours") {
      const { identity } = newcomer;
      const joined = await externalJoin(this.engine, identity, onlyGroup(testCall), bytesOf(info), psk, testNow);
      const { group, commit: bytes } = certain(joined);
      seat = { n: newcomer.n, identity, kind: "ours", group };
      message = bytes;
    } else {
      const name = this.name(newcomer.n);
      message = bytesOf((await this.oracle.ask("external", name, info, hex(psk.id)))[0] as string);
      seat = { n: newcomer.n, identity: newcomer.identity, kind: "theirs", name };
    }
    for (const other of this.seats.values()) if (other.n !== seat.n) await this.process(other, message, false);
    this.seats.set(seat.n, seat);
  }

  /** Everyone agrees on epoch, frame key and authenticator. */
  async agree(): Promise<void> {
    const seen = new Set<string>();
    for (const seat of this.seats.values()) {
      if (seat.kind === "ours")
        seen.add(
          [epochOf(seat.group), hex(await frameBaseKey(seat.group)), hex(epochAuthenticator(seat.group))].join(),
        );
      else seen.add((await this.oracle.ask("state", seat.name)).slice(0, 3).join());
    }
    expect(seen.size).toBe(1);
  }
}

async function play(mixed: Mixed, seed: string): Promise<void> {
  const random = seeded(seed);
  const draw = (n: number) => below(random, n);
  await mixed.found(draw(2) === 0);
  for (let i = 0; i < steps; i++) {
    const all = [...mixed.seats.values()];
    const by = all[draw(all.length)] as Seat;
    const others = all.filter((seat) => seat.n !== by.n);
    const other = others[draw(Math.max(1, others.length))] ?? null;
    const kinds = ["add", "add two", "remove", "add and remove", "update", "update", "external", "return", "drop"];
    const kind = kinds[draw(kinds.length)] as string;
    const isRoom = all.length < most;
    const isOurs = () => draw(2) === 0;
    if (kind === "add" && isRoom) await mixed.change(by, [isOurs()], []);
    else if (kind === "add two" && isRoom) await mixed.change(by, [isOurs(), isOurs()], []);
    else if (kind === "remove" && other !== null && all.length > 2) await mixed.change(by, [], [other.n]);
    else if (kind === "add and remove" && other !== null) await mixed.change(by, [isOurs()], [other.n]);
    else if (kind === "external" && isRoom) await mixed.comeBack(null, by, isOurs());
    else if (kind === "return" && other !== null) await mixed.comeBack(other, by, other.kind === "ours");
    else if (kind === "drop") await mixed.changeOfMind(by);
    else await mixed.change(by, [], []);
    mixed.counts.set(kind, (mixed.counts.get(kind) ?? 0) + 1);
    await mixed.agree();
  }
}

describe.skipIf(missing !== null)("mixed groups with OpenMLS 0.9.2", () => {
  const oracle = missing === null ? new Oracle() : null;
  afterAll(() => oracle?.close());

  it(`[ML31] ${runs} random runs of ${steps} steps agree after every step: adds, removals, re-keys, PSK in every way in, external joins and returns`, async () => {
    if (oracle === null) throw new Error("skipped");
    const { signature, handleFor } = handledEd25519(crypto.subtle, webRandom);
    const impl = { ...(await rfcSuite(1, webRandom)), signature };
    const engine = makeEngine({ impl, random: webRandom, native: false, handleFor }, trusting);
    const counts = new Map<string, number>();
    for (let run = 0; run < runs; run++) {
      const mixed = new Mixed(oracle, engine, run);
      try {
        await play(mixed, `mixed ${run}`);
      } catch (error) {
        throw new Error(`run ${run} after ${JSON.stringify([...mixed.counts])}`, { cause: error });
      }
      for (const [kind, n] of mixed.counts) counts.set(kind, (counts.get(kind) ?? 0) + n);
      await oracle.ask("forget");
    }
    console.log(`mixed with OpenMLS: ${runs} runs of ${steps} steps, 0 failures; ${JSON.stringify([...counts])}`);
  }, 3_000_000);
});
