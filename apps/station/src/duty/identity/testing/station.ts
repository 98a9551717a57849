// Whole stations for the tests of the identity duty: the real decisions on real signatures, a manual
// clock, and a mail between them that a test may hold back.
import { type Bytes, concat } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { type Result, certain } from "@parley/base/result";
import { type Instant, instant } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, type TerminalId, idText } from "@parley/protocol/ids";
import { type StationEntry, entryHash } from "@parley/protocol/signed/chain";
import { type Notice, decodeNotice, encodeNotice } from "@parley/protocol/signed/notice";
import type { Role } from "@parley/protocol/signed/fields";
import { type Digest, sha256Of } from "@parley/protocol/signed/hash";
import { type PartyCard, signCard } from "@parley/protocol/signed/partyCard";
import { type Pin, pin as pinCodec, proveBundle } from "@parley/protocol/signed/pin";
import { partyIdOf, rootIdOf } from "@parley/protocol/signed/root";
import type { Ed25519Key, HybridSigner } from "@parley/protocol/signed/signature";
import { type StationCertificate, signStationCertificate } from "@parley/protocol/signed/stationCertificate";
import {
  type StationNonce,
  type TerminalRequest,
  terminalRequestMessage,
} from "@parley/protocol/signed/terminalCertificate";
import { signerOfSeed, testVerify } from "@parley/protocol/signed/testing/keys";
import { type TestKeys, memoryKeys } from "./keys.ts";
import { decide } from "../identity.ts";
import { apply } from "../apply.ts";
import { type EventOf, type IdentityEvent, decodeIdentityEvent, encodeIdentityEvent, entriesOf } from "../events.ts";
import { bundleOf } from "../home.ts";
import type { IdentityCommand, IdentityContext, IdentityEffect, IdentityReply, Shown } from "../port.ts";
import { type Home, type Identity, nobody } from "../state.ts";

export function seeded(seed: number): Random {
  let state = (seed * 2654435761) % 0x7fffffff || 1;
  return (length) => Uint8Array.from({ length }, () => (state = (state * 48271) % 0x7fffffff) & 0xff);
}

export const epoch: Instant = instant(Date.UTC(2026, 0, 1));
export const manifest: Digest = sha256Of(new Uint8Array([1]));

/** A browser's key, as far as a station sees it. */
export type TestTerminal = { readonly id: TerminalId; readonly key: HybridSigner };

export class TestStation {
  readonly name: string;
  readonly random: Random;
  readonly roots: readonly HybridSigner[];
  readonly entries = new Map<IdText, StationEntry>();
  readonly ledger: Bytes[] = [];
  readonly alarms: string[] = [];
  /** Notices that wait for each peer. */
  readonly outbox = new Map<string, Bytes[]>();
  readonly peers = new Map<IdText, TestStation>();
  readonly effects: IdentityEffect[] = [];
  state: Identity = nobody;
  now: Instant = epoch;
  holdKey = false;
  private files: TestKeys;
  private using: HybridSigner | null = null;

  constructor(name: string, seed: number) {
    this.name = name;
    this.random = seeded(seed);
    this.roots = [0, 1, 2].map(() => signerOfSeed(this.random(32)));
    this.files = memoryKeys(this.random);
  }

  root(generation = 0): HybridSigner {
    const root = this.roots[generation];
    if (root === undefined) throw new Error("no such root");
    return root;
  }

  get home(): Home {
    if (this.state.home === null) throw new Error("not set up");
    return this.state.home;
  }

  /** The secret in use, as a thief of it would have it. */
  get signer(): HybridSigner {
    if (this.using === null) throw new Error("no key in use");
    return this.using;
  }

  context(): IdentityContext {
    return {
      random: this.random,
      verify: testVerify,
      signer: this.using ?? this.root(),
      holds: (key) => this.files.holds(key),
      nextKey: () => {
        const next = this.files.nextKey(this.home.pin.line.nextKey);
        return next.ok ? next.value : null;
      },
      holdKey: this.holdKey,
      served: (it) => it.every((byte, i) => byte === manifest[i]),
      entry: (hash) => this.entries.get(idText(hash)) ?? null,
    };
  }

  card(change: Partial<PartyCard> = {}, generation = 0) {
    const root = this.root(generation);
    const body: PartyCard = {
      party: partyIdOf(this.root(0).publicKey),
      generation,
      root: root.publicKey,
      nextRoot: rootIdOf(this.root(Math.min(generation + 1, 2)).publicKey),
      serial: 1,
      issued: this.now,
      name: this.name,
      place: "Harbour House",
      timeZone: "Europe/Lisbon",
      stations: [{ host: `${this.name.toLowerCase()}.example`, port: 4431 }],
      ...change,
    };
    return signCard(body, root);
  }

  /** A certificate by the root, for a new pair of keys unless the key is given. */
  certificate(serial: number, generation = 0, keys: Pick<StationCertificate, "key" | "nextKey"> | null = null) {
    const made = keys ?? this.newKeys();
    const party = partyIdOf(this.root(0).publicKey);
    return signStationCertificate({ party, generation, serial, ...made, issued: this.now }, this.root(generation));
  }

  newKeys(): Pick<StationCertificate, "key" | "nextKey"> {
    const { key, next } = this.files.makePair();
    return { key, nextKey: next };
  }

  tell(command: IdentityCommand): Result<IdentityReply, ParleyError> {
    const decision = decide(this.state, command, this.context(), this.now);
    if (!decision.ok) return decision;
    const { events, effects, reply } = decision.value;
    for (const event of events) this.take(event);
    for (const effect of effects) this.carry(effect);
    return { ok: true, value: reply };
  }

  /** The reply, which has to be of this kind. */
  ask<K extends IdentityReply["type"]>(command: IdentityCommand, type: K): Extract<IdentityReply, { type: K }> {
    const reply = certain(this.tell(command));
    const is = (it: IdentityReply): it is Extract<IdentityReply, { type: K }> => it.type === type;
    if (!is(reply)) throw new Error(`${reply.type} where ${type} was due`);
    return reply;
  }

  codeOf(command: IdentityCommand): string {
    const reply = this.tell(command);
    return reply.ok ? reply.value.type : reply.error.code;
  }

  private take(event: IdentityEvent): void {
    this.ledger.push(encodeIdentityEvent(event));
    this.state = apply(this.state, event);
    for (const entry of entriesOf(event)) this.entries.set(idText(entryHash(entry)), entry);
  }

  private carry(effect: IdentityEffect): void {
    this.effects.push(effect);
    switch (effect.type) {
      case "useKey":
        certain(this.files.use(effect.key, effect.next));
        this.using = certain(this.files.signer(effect.key));
        return;
      case "tellPeers":
        for (const party of this.state.peers.keys()) this.post(party, effect.notice);
        return;
      case "tellPeer":
        return this.post(idText(effect.party), effect.notice);
      case "alarm":
        this.alarms.push(effect.code);
        return;
      case "renewTerminals":
      case "evictTerminal":
      case "rekey":
      case "cutOffParty":
      case "peerStopped":
      case "peerStands":
        return;
    }
    effect satisfies never;
  }

  post(party: IdText, notice: Notice): void {
    const waiting = this.outbox.get(party) ?? [];
    waiting.push(encodeNotice(notice));
    this.outbox.set(party, waiting);
  }

  /** Carries what waits for this peer; what the peer refuses is returned as codes. */
  deliver(to: TestStation): readonly string[] {
    const waiting = this.outbox.get(idText(to.home.pin.card.party)) ?? [];
    const refused: string[] = [];
    for (const bytes of waiting.splice(0)) {
      const party = this.home.pin.card.party;
      const said = to.tell({ type: "fromPeer", party, notice: certain(decodeNotice(bytes)) });
      if (!said.ok) refused.push(said.error.code);
    }
    return refused;
  }

  /** What a restart knows: the ledger's bytes, replayed. */
  replay(): Identity {
    return this.ledger.reduce((state, bytes) => apply(state, certain(decodeIdentityEvent(bytes))), nobody);
  }

  setUp(): this {
    certain(this.tell({ type: "setUp", lineage: [this.card()], certificate: this.certificate(1) }));
    return this;
  }

  /** Officer number `n`, by the code of init or of officer `by`. */
  officer(n: number, by: Shown | null = null): Shown {
    const awaited: IdentityCommand = by === null ? { type: "awaitFirstOfficer" } : { type: "inviteOfficer", by };
    const { code } = this.ask(awaited, "code");
    this.ask({ type: "joinOfficer", code, name: `Officer ${n}`, passkey: passkeyOf(n) }, "officer");
    return shown(n);
  }

  request(terminal: TestTerminal, nonce: StationNonce, change: Partial<TerminalRequest> = {}) {
    const key = terminal.key.publicKey.slice(0, 32) as Ed25519Key;
    const body = { party: this.home.pin.card.party, terminal: terminal.id, key, manifest, nonce, ...change };
    return { body, signature: terminal.key.signEd25519(terminalRequestMessage(body)) };
  }

  nonce(): StationNonce {
    return this.random(32) as StationNonce;
  }

  /** An enrolled terminal. */
  enrol(by: Shown, role: Role = "principal", name = "Desk"): TestTerminal {
    const terminal = { id: this.random(16) as TerminalId, key: signerOfSeed(this.random(32)) };
    const { code } = this.ask({ type: "awaitTerminal", role, name, by }, "code");
    const nonce = this.nonce();
    this.ask({ type: "askTerminal", code, request: this.request(terminal, nonce), nonce }, "asked");
    this.ask({ type: "approveTerminal", terminal: terminal.id, by }, "done");
    return terminal;
  }

  renew(terminal: TestTerminal) {
    const nonce = this.nonce();
    return this.tell({ type: "renewTerminal", request: this.request(terminal, nonce), nonce });
  }

  /** The chain of a terminal that renews now. */
  chainOf(terminal: TestTerminal): Bytes {
    const reply = certain(this.renew(terminal));
    if (reply.type !== "chain") throw new Error("a chain was due");
    return reply.chain;
  }

  eventsOf<K extends IdentityEvent["type"]>(type: K): readonly EventOf<K>[] {
    const is = (it: IdentityEvent): it is EventOf<K> => it.type === type;
    return this.ledger.map((bytes) => certain(decodeIdentityEvent(bytes))).filter(is);
  }
}

export const passkeyOf = (n: number) => ({
  credential: new Uint8Array(32).fill(n),
  publicKey: new Uint8Array(77).fill(n),
  label: `Key ${n}`,
});
export const shown = (n: number): Shown => ({
  credential: passkeyOf(n).credential,
  assertion: sha256Of(concat(new Uint8Array([n]))),
});

/** Pins each to the other, as a finished pairing does. */
export function link(one: TestStation, two: TestStation): void {
  for (const [from, to] of [
    [one, two],
    [two, one],
  ] as const) {
    const pin: Pin = certain(certain(proveBundle(bundleOf(from.home), to.now)).prove(testVerify));
    certain(to.tell({ type: "pinPeer", pin }));
    to.peers.set(idText(pin.card.party), from);
  }
}

export const pinOf = (of: TestStation, at: TestStation): Pin => {
  const pin = at.state.peers.get(idText(of.home.pin.card.party));
  if (pin === undefined) throw new Error("not pinned");
  return pin;
};

/** A state's peers and home in bytes, for comparing two. */
export const fingerprint = (state: Identity): string =>
  [...state.peers.values(), ...(state.home === null ? [] : [state.home.pin])]
    .map((it) => Buffer.from(encode(pinCodec, it)).toString("base64"))
    .join() + JSON.stringify([...state.terminals, ...state.officers, ...state.pending, ...state.enrolments]);
