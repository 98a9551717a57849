// What the tests of this folder share: terminals with real keys, a seeded source of randomness, and calls set up by the
// engine itself. Nothing here is used outside tests and benches.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, certain } from "@parley/base/result";
import { type Instant, instant } from "@parley/base/time";
import type { CallId, LinkId, PartyId, TerminalId } from "@parley/protocol/ids";
import type { Digest } from "@parley/protocol/signed/hash";
import { type Wanted, commit, merge, processCommit } from "../commit.ts";
import {
  type Engine,
  type Group,
  type Identity,
  type ValidateCredential,
  createGroup,
  lifetimeFrom,
  makeEngine,
  makeKeyPackage,
} from "../group.ts";
import { joinFromWelcome, onlyGroup } from "../join.ts";
import { type CallPsk, callPsk } from "../psk.ts";
import { type Suite, makeSuite } from "../suite.ts";

/** An endless stream of bytes from a seed: SHA-256 of seed and counter. */
export function seeded(seed: string): Random {
  let n = 0;
  let rest: Bytes = new Uint8Array(0);
  return (length) => {
    while (rest.length < length) rest = concat(rest, sha256(utf8(`${seed}/${n++}`)));
    const part = rest.slice(0, length);
    rest = rest.slice(length);
    return part;
  };
}

export const webRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** The machine's clock: the library holds key packages against it when it adds (and takes no clock of ours). */
export const testNow: Instant = instant(Date.now());
export const testLifetime = lifetimeFrom(testNow);

const bytes = (length: number, fill: number): Bytes => new Uint8Array(length).fill(fill);

export const testCall = bytes(16, 0xca) as CallId;
export const testLink = bytes(16, 0x11) as LinkId;
export const testPsk = (fill = 0x51): CallPsk =>
  callPsk(bytes(32, fill), { link: testLink, generation: 7, call: testCall });

/** Terminal number `n` of the party `party` (0 to 255), with a fresh non-extractable key. */
export async function makeIdentity(n: number, party = n): Promise<Identity> {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  return {
    credential: {
      version: 1,
      party: bytes(32, party) as PartyId,
      terminal: concat(new Uint8Array([n >> 8, n & 0xff]), bytes(14, 0x7e)) as TerminalId,
      chain: sha256(utf8(`chain of ${n}`)) as Digest,
    },
    signatureKey: pair.privateKey,
    signaturePublicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
  };
}

let shared: Promise<Suite> | null = null;
/** One suite for all tests of a file; building it tries the runtime's X-Wing. */
export const testSuite = (): Promise<Suite> => (shared ??= makeSuite(crypto.subtle, webRandom));

export const trusting: ValidateCredential = async () => true;

export type Seat = { readonly engine: Engine; readonly identity: Identity; readonly group: Group };

export async function testEngine(validate: ValidateCredential = trusting): Promise<Engine> {
  return makeEngine(await testSuite(), validate);
}

/** A group of one. */
export async function found(n = 0, psk: CallPsk | null = testPsk()): Promise<Seat> {
  const engine = await testEngine();
  const identity = await makeIdentity(n);
  return { engine, identity, group: await createGroup(engine, identity, testCall, psk, testNow) };
}

/** `seat` commits; the others process; everyone merges. The committer comes first in the answer, the rest in their order. */
export async function move(seat: Seat, others: readonly Seat[], wanted: Wanted): Promise<Seat[]> {
  const made = certain(await commit(seat.group, { now: testNow, ...wanted }));
  const moved: Seat[] = [];
  for (const other of others) {
    const incoming = certain(await processCommit(other.group, made.commit));
    if (incoming.kind === "staged") moved.push({ ...other, group: merge(incoming.staged) });
  }
  return [{ ...seat, group: merge(made.staged) }, ...moved];
}

/** `seat` adds the terminals `ns`; answers everyone, the joiners last. */
export async function letIn(seat: Seat, others: readonly Seat[], ns: readonly number[]): Promise<Seat[]> {
  const joiners = await Promise.all(
    ns.map(async (n) => {
      const identity = await makeIdentity(n);
      return { identity, own: await makeKeyPackage(seat.engine, identity, testLifetime) };
    }),
  );
  const made = certain(await commit(seat.group, { add: joiners.map((joiner) => joiner.own.bytes), now: testNow }));
  const { engine } = seat;
  const { psk } = seat.group;
  if (made.welcome === null) throw new Error("an add without a welcome");
  const seats: Seat[] = [];
  for (const other of others) {
    const incoming = certain(await processCommit(other.group, made.commit));
    if (incoming.kind === "staged") seats.push({ ...other, group: merge(incoming.staged) });
  }
  for (const { identity, own } of joiners) {
    const group = certain(await joinFromWelcome(engine, own, onlyGroup(testCall), made.welcome, psk));
    seats.push({ engine, identity, group });
  }
  return [{ ...seat, group: merge(made.staged) }, ...seats];
}

/** A call of `n` terminals 0 to n - 1. */
export async function callOf(n: number, psk: CallPsk | null = testPsk()): Promise<Seat[]> {
  const first = await found(0, psk);
  if (n === 1) return [first];
  return letIn(
    first,
    [],
    Array.from({ length: n - 1 }, (_, i) => i + 1),
  );
}

/** The error code of a result that had to fail, or "ok". */
export const codeOf = <T>(result: Result<T, { readonly code: string }>): string =>
  result.ok ? "ok" : result.error.code;
