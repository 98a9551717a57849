// The keys of one call at this terminal: joins the keeper of the MLS group (packages/e2ee) with the signals that carry its
// messages and with the frame worker that uses what it derives. Secrets stay between these two workers; what goes to the
// page is signed bytes to carry and news to show.
import { type Bytes, hex } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { type Clock, type Ms, ms } from "@parley/base/time";
import { encodeLeafCredential, type LeafCredential } from "@parley/e2ee/mls/credential";
import { makeEngine } from "@parley/e2ee/mls/group";
import { Keeper } from "@parley/e2ee/mls/keeper";
import type { FrameEpoch, KeeperInput, KeeperOutput, KeptMember, Moment } from "@parley/e2ee/mls/keeperPort";
import { readGroupId } from "@parley/e2ee/mls/message";
import { encodePskName } from "@parley/e2ee/mls/psk";
import { makeSuite } from "@parley/e2ee/mls/suite";
import type { GroupEpoch } from "@parley/e2ee/frame/groupEpoch";
import { keyIdOf } from "@parley/e2ee/sframe/keyId";
import { deriveFrameKey, importBaseKey } from "@parley/e2ee/sframe/schedule";
import type { Member, ToFrames } from "@parley/e2ee/worker/messages";
import { maxOtherChains } from "@parley/protocol/limits";
import { type CallId, type IdText, type LinkId, type TerminalId, idOf, idText } from "@parley/protocol/ids";
import { chainHash, verifyLeaf } from "@parley/protocol/signed/chain";
import { labelled } from "@parley/protocol/signed/hash";
import { type Pin, pin } from "@parley/protocol/signed/pin";
import { type Signal, type SignalBody, encodeSignal, signalLabel, signedSignal } from "@parley/protocol/signed/signal";
import type { VerifyAsync } from "@parley/protocol/signed/signature";
import { webVerify } from "@parley/protocol/signed/webCrypto";
import { Acquaintance } from "./acquaintance.ts";
import type { Begin, FromKeys, PageSignal, PinBytes, ToKeys } from "./messages.ts";

export type KeysEdges = {
  readonly clock: Clock;
  readonly random: Random;
  readonly subtle: SubtleCrypto;
  readonly post: (message: FromKeys) => void;
  readonly toFrames: (message: ToFrames) => void;
};

/** SFrame contexts that a terminal sends in: microphone, camera, screen, screen's sound, camera before the answer. */
const contexts = [0, 1, 4, 5, 6] as const;

/** Signals whose sender has not greeted yet, at most; they come in the same breath as the greeting. */
const earlyKept = 64;

/** The number of the first signal of a life. */
const firstNumber = 0;

/** The keeper wants to know the time this often. */
const tickEvery: Ms = ms(100);

const known = <T extends Bytes>(text: IdText, length: 16 | 32): T => {
  const id = idOf<T>(text, length);
  if (id === null) throw new Error(`${text} is not an id`);
  return id;
};

function pinOf(bytes: Bytes): Pin {
  const read = decode(pin, bytes);
  if (!read.ok) throw new Error(`our station gave a pin that is none: ${read.error.reason}`);
  return read.value;
}

export class KeysSession {
  private readonly edges: KeysEdges;
  private readonly begin: Begin;
  private readonly call: CallId;
  private readonly self: TerminalId;
  private readonly life: Bytes;
  private pins: readonly [ours: Pin, theirs: Pin];
  private readonly people: Acquaintance;
  private readonly verify: VerifyAsync;
  /** Our own chain, as it is now. */
  private chain: Bytes;
  private readonly early: Bytes[] = [];
  /** Greetings whose chain is by a station key that is not pinned here yet: the pin is on its way. */
  private readonly unpinned: Bytes[] = [];
  /** The lives of far terminals that we have told who we are. */
  private readonly greeted = new Set<string>();
  private readonly seated = new Map<IdText, string>();
  private readonly bases = new Map<string, { readonly base: CryptoKey; readonly members: readonly KeptMember[] }>();
  private keeper: Keeper | null = null;
  /** Where the call's members were last. */
  private last: { readonly at: FrameEpoch; readonly members: readonly KeptMember[] } | null = null;
  private number = firstNumber;
  private shown = "";
  private turn: Promise<unknown> = Promise.resolve();

  constructor(begin: Begin, edges: KeysEdges) {
    this.begin = begin;
    this.chain = begin.chain;
    this.edges = edges;
    this.call = known<CallId>(begin.call, 16);
    this.self = known<TerminalId>(begin.terminal, 16);
    this.life = edges.random(8);
    this.pins = [pinOf(begin.pins.ours), pinOf(begin.pins.theirs)];
    const { subtle } = edges;
    this.verify = webVerify(subtle);
    this.people = new Acquaintance(this.pins, this.verify, async (publicKey, message, signature) => {
      const key = await subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
      return subtle.verify("Ed25519", key, signature, message);
    });
  }

  /** Sets up the group's engine and starts the keeper. To be awaited before anything else is handed in. */
  async start(): Promise<void> {
    const { begin, edges } = this;
    edges.toFrames({ type: "identity", signKey: begin.privateKey });
    const own = await this.people.judge(begin.chain, edges.clock.now());
    if (!own.ok) return this.refuse(null, own.error.code, own.error.detail);
    const engine = makeEngine(await makeSuite(edges.subtle, edges.random), (credential, key) =>
      this.admits(credential, key),
    );
    const credential: LeafCredential = {
      version: 1,
      party: own.value.party,
      terminal: this.self,
      chain: chainHash(begin.chain),
    };
    const name = { link: known<LinkId>(begin.link, 16), generation: begin.generation, call: this.call };
    const party = idText(own.value.party);
    const roster = [{ terminal: begin.terminal, party }];
    if (begin.caller !== begin.terminal)
      roster.unshift({ terminal: begin.caller, party: idText(this.pins[1].card.party) });
    this.keeper = new Keeper(
      {
        engine,
        identity: { credential, signatureKey: begin.privateKey, signaturePublicKey: begin.publicKey },
        call: this.call,
        psk: { id: encodePskName(name), secret: begin.psk },
        roster,
        entering: begin.entering,
        rekeyEvery: ms(begin.epochMs),
      },
      this.moment(),
    );
    await this.input({ type: "start" });
    edges.post({ type: "ready" });
    const tick = (): void => {
      void this.do(() => this.input({ type: "tick" }));
      edges.clock.wait(tickEvery, tick);
    };
    edges.clock.wait(tickEvery, tick);
  }

  /** Takes one message of the page; messages are taken one after the other. */
  handle(message: Exclude<ToKeys, Begin>): Promise<void> {
    return this.do(async () => {
      switch (message.type) {
        case "signal":
          return this.arrived(message.bytes);
        case "say":
          return this.say(message.to, message.body);
        case "greet":
          return this.sayHello(message.to);
        case "keepOnly":
          for (const terminal of this.seated.keys()) {
            const goes = !message.terminals.includes(terminal) && this.begin.side === "calling";
            if (goes) await this.input({ type: "remove", terminal, cutOff: false });
          }
          return;
        case "renew":
          return this.renew(message.chain);
        case "pins":
          return this.pinned(message.pins);
      }
      message satisfies never;
    });
  }

  private do(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work).catch((error: unknown) => {
      this.edges.post({
        type: "fault",
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    });
    this.turn = done;
    return done;
  }

  private moment(): Moment {
    return { elapsed: this.edges.clock.elapsed(), wall: this.edges.clock.now() };
  }

  private refuse(from: IdText | null, code: string, detail: string): void {
    this.edges.post({ type: "refused", from, code, detail });
  }

  // ---- signals

  private async say(to: IdText, body: SignalBody): Promise<void> {
    const it: Signal = {
      call: this.call,
      from: this.self,
      to: known<TerminalId>(to, 16),
      life: this.life,
      number: this.number++,
      body,
    };
    const bytes = encodeSignal(it);
    const signature = await this.edges.subtle.sign("Ed25519", this.begin.privateKey, labelled(signalLabel, bytes));
    this.edges.post({
      type: "send",
      to,
      bytes: encode(signedSignal, { signal: bytes, signature: new Uint8Array(signature) }),
      by: body.type === "digest" ? "channel" : "everyWay",
    });
  }

  /** Shows `to` who we are, and whom else we have met: it will sit in one group with them and may not hear them itself. */
  private async sayHello(to: IdText, others = this.people.chainsBut(this.chain)): Promise<void> {
    for (let i = 0; i === 0 || i < others.length; i += maxOtherChains)
      await this.say(to, { type: "hello", chain: this.chain, others: others.slice(i, i + maxOtherChains) });
  }

  /** Our credential was renewed: everybody learns the chain before the leaf that names it. */
  private async renew(chain: Bytes): Promise<void> {
    const own = await this.people.judge(chain, this.edges.clock.now());
    if (!own.ok) return this.refuse(null, own.error.code, own.error.detail);
    this.chain = chain;
    // Also those that we are in no group with yet: what we come in with will name the new chain.
    for (const terminal of this.people.everyone()) await this.sayHello(terminal);
    const { party } = own.value;
    await this.input({
      type: "renew",
      credential: { version: 1, party, terminal: this.self, chain: chainHash(chain) },
    });
  }

  /** A station key has rolled, a terminal was cut off or a root replaced: what could not be judged before is judged now. */
  private async pinned({ ours, theirs }: PinBytes): Promise<void> {
    this.pins = [pinOf(ours), pinOf(theirs)];
    this.people.pin(this.pins);
    for (const bytes of this.unpinned.splice(0)) await this.arrived(bytes);
  }

  private async arrived(bytes: Bytes): Promise<void> {
    const taken = await this.people.take(bytes, this.self, this.call, this.edges.clock.now());
    if (!taken.ok) {
      if (taken.error.code === "ID_SUCCESSION_GAP" && this.unpinned.length < earlyKept) this.unpinned.push(bytes);
      if (taken.error.code !== "SIGNAL_EARLY") return this.refuse(null, taken.error.code, taken.error.detail);
      if (this.early.length < earlyKept) this.early.push(bytes);
      return;
    }
    if (taken.value === null) return;
    const from = idText(taken.value.from);
    const { body } = taken.value;
    switch (body.type) {
      case "hello":
        return this.met(from);
      case "keys":
        return this.input({ type: "message", from, bytes: body.message });
      case "digest":
        // Straight to the frames that it tells of, as their keys go; several come each second.
        return this.edges.toFrames({ type: "digest", bytes: body.digest });
      default:
        return this.edges.post({ type: "heard", from, life: hex(taken.value.life), body: body satisfies PageSignal });
    }
  }

  /** A far terminal has shown who it is: it may take part, it learns who we are, and what it said before is heard now. */
  private async met(from: IdText): Promise<void> {
    const person = this.people.of(from);
    if (person === null) return;
    const answered = `${from}/${person.life}`;
    const isNew = !this.greeted.has(answered);
    this.greeted.add(answered);
    // Before we let it in: the others must know the chain of whoever is to sit with them.
    if (isNew)
      for (const other of this.people.everyone()) if (other !== from) await this.sayHello(other, [person.chain]);
    for (const { terminal, party } of this.people.known())
      if (terminal !== this.begin.terminal) await this.input({ type: "admit", terminal, party });
    if (isNew) await this.sayHello(from);
    for (const bytes of this.early.splice(0)) await this.arrived(bytes);
  }

  // ---- the keeper

  /** Whether a leaf may be in the group: its chain is known, holds under our pins, and certifies the leaf's own key. */
  private async admits(credential: LeafCredential, signatureKey: Bytes): Promise<boolean> {
    const chain = this.people.chain(credential.chain);
    if (chain === null) return false;
    const now = this.edges.clock.now();
    for (const it of this.pins) {
      const leaf = verifyLeaf(encodeLeafCredential(credential), signatureKey, chain, it, now);
      if (!leaf.ok) continue;
      const proven = await leaf.value.proveAsync(this.verify);
      if (proven.ok) return true;
    }
    return false;
  }

  private async input(input: KeeperInput): Promise<void> {
    if (this.keeper === null) return;
    for (const output of await this.keeper.handle(input, this.moment())) await this.output(output);
    this.showStatus();
  }

  private async output(output: KeeperOutput): Promise<void> {
    switch (output.type) {
      case "toTerminal":
        // Terminals of one side have no way to each other; they hear what moves the group from the other side.
        if (this.people.party(output.to) === idText(this.pins[0].card.party)) return;
        return this.say(output.to, { type: "keys", message: output.bytes });
      case "installKeys":
        return this.install(output);
      case "sendWith":
        return this.sendWith(output.at, output.ownLeaf);
      case "blind":
        return this.blind(output);
      case "returned":
        for (const { leaf } of output.members) this.edges.toFrames({ type: "returned", leaf });
        return;
      case "moved":
        return this.moved(output);
      case "linkExport":
        return this.edges.post({ type: "linkExport", secret: output.secret });
      case "removed":
        return this.refuse(null, "KEYS_REMOVED", `by the member at leaf ${output.by}`);
      case "forked":
        return this.refuse(null, "KEYS_FORKED", `epoch ${output.at.epoch}`);
      case "alarm":
        return this.refuse(output.by, output.code, output.detail);
    }
    output satisfies never;
  }

  private async install({ at, baseKey, ownLeaf, members }: KeeperOutput & { type: "installKeys" }): Promise<void> {
    const base = await importBaseKey(baseKey);
    baseKey.fill(0);
    const others = members.filter(({ leaf }) => leaf !== ownLeaf);
    const kids = others.flatMap(({ leaf }) => contexts.map((context) => ({ context, leaf })));
    const keys = await Promise.all(
      kids.map(async ({ context, leaf }) => ({
        context,
        leaf,
        key: await deriveFrameKey(base, keyIdOf(context, leaf, at.epoch), "open"),
      })),
    );
    this.bases.set(nameOf(at), { base, members });
    // The last two are enough: what is installed is sealed with next, and the one before may still be sealed with.
    for (const old of [...this.bases.keys()].slice(0, -2)) this.bases.delete(old);
    this.edges.toFrames({ type: "installReceive", of: groupEpoch(at), keys, members: await this.verifiers(others) });
    for (const { leaf, terminal } of others) {
      const person = this.people.of(terminal);
      if (person === null) continue;
      this.seated.set(terminal, person.life);
      this.edges.post({ type: "member", terminal, leaf, name: person.claims.name, life: person.life });
    }
  }

  private async verifiers(members: readonly KeptMember[]): Promise<Member[]> {
    const all: Member[] = [];
    for (const { leaf, terminal } of members) {
      const person = this.people.of(terminal);
      if (person === null) continue;
      all.push({
        leaf,
        key: await this.edges.subtle.importKey("raw", person.claims.key, "Ed25519", false, ["verify"]),
      });
    }
    return all;
  }

  private async sendWith(at: FrameEpoch, leaf: number): Promise<void> {
    const held = this.bases.get(nameOf(at));
    if (held === undefined) throw new Error(`told to seal with epoch ${at.epoch}, whose key was not installed`);
    const keys = await Promise.all(
      contexts.map(async (context) => ({
        context,
        key: await deriveFrameKey(held.base, keyIdOf(context, leaf, at.epoch), "seal"),
      })),
    );
    this.edges.toFrames({ type: "installSend", of: groupEpoch(at), leaf, keys, within: 0 });
    this.edges.toFrames({ type: "agree", of: groupEpoch(at) });
  }

  /** A newcomer may have been given the leaf by the very commit that took the other out. */
  private blind({ at, members }: KeeperOutput & { type: "blind" }): void {
    const now = this.bases.get(nameOf(at))?.members ?? [];
    for (const { leaf } of members) {
      const heir = now.some((member) => member.leaf === leaf) ? groupEpoch(at) : null;
      this.edges.toFrames({ type: "forget", leaf, heir });
    }
  }

  private moved({ at, members }: KeeperOutput & { type: "moved" }): void {
    const { last } = this;
    this.last = { at, members };
    // In another group everybody sits anew.
    if (last !== null && hex(last.at.group) !== hex(at.group))
      for (const { leaf } of last.members) this.edges.toFrames({ type: "returned", leaf });
    for (const terminal of this.seated.keys()) {
      if (members.some((member) => member.terminal === terminal)) continue;
      this.seated.delete(terminal);
      this.edges.post({ type: "gone", terminal });
    }
  }

  private showStatus(): void {
    const status = this.keeper?.status(this.moment());
    if (status?.at !== "inside") return;
    const show = `${status.epoch.epoch} ${status.overdue}`;
    if (show === this.shown) return;
    this.shown = show;
    this.edges.post({ type: "epoch", epoch: status.epoch.epoch, confirmed: !status.overdue });
  }
}

/** The frame cipher's name of an epoch; the groups of a call are counted in their ids. */
function groupEpoch({ group, epoch }: FrameEpoch): GroupEpoch {
  const name = readGroupId(group);
  if (name === null) throw new Error("a group of ours whose id does not count");
  return { group, generation: name.lineage, epoch };
}

const nameOf = (at: FrameEpoch): string => `${hex(at.group)}/${at.epoch}`;
