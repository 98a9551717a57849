// Whom this terminal has met in a call: each far terminal's chain, judged against the pins, and which life of its page is
// speaking. A signal counts only under the key that the chain certifies, in the present life, once. Carries [SG1]-[SG4].
import { type Bytes, equal, hex } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { maxSignalBytes } from "@parley/protocol/limits";
import { type Claims, decodeChain, verifyChain } from "@parley/protocol/signed/chain";
import { labelled } from "@parley/protocol/signed/hash";
import type { Pin } from "@parley/protocol/signed/pin";
import { type Signal, signal, signalLabel, signedSignal } from "@parley/protocol/signed/signal";
import type { VerifyAsync } from "@parley/protocol/signed/signature";

/** Asked to check an Ed25519 signature under a raw public key; false for anything malformed. */
export type VerifyRaw = (publicKey: Bytes, message: Bytes, signature: Bytes) => Promise<boolean>;

export type Met = {
  readonly claims: Claims;
  readonly chain: Bytes;
  readonly life: string;
};

type Shown = { readonly chain: Bytes; readonly terminal: IdText; readonly party: IdText };

/** Chains of each terminal that others are told of: the present one and the one that its leaf may still name. */
const chainsTold = 2;

/** Numbers of signals taken in one life; older ones than this many back are taken for repeats. */
const remembered = 4096;

type Life = { readonly life: string; highest: number; readonly taken: Set<number> };

export class Acquaintance {
  private pins: readonly Pin[];
  private readonly verify: VerifyAsync;
  private readonly verifyRaw: VerifyRaw;
  private readonly met = new Map<IdText, Met>();
  /** Every chain that was judged good, by its hash: what a leaf's credential names. */
  private readonly chains = new Map<string, Shown>();
  private readonly lives = new Map<IdText, Life>();
  /** Lives that are over: an old greeting, sent again by somebody, does not bring one back. */
  private readonly over = new Set<string>();

  constructor(pins: readonly Pin[], verify: VerifyAsync, verifyRaw: VerifyRaw) {
    this.pins = pins;
    this.verify = verify;
    this.verifyRaw = verifyRaw;
  }

  /** From now on chains are judged by these. */
  pin(pins: readonly Pin[]): void {
    this.pins = pins;
  }

  of(terminal: IdText): Met | null {
    return this.met.get(terminal) ?? null;
  }

  /** Every terminal that has greeted. */
  everyone(): readonly IdText[] {
    return [...this.met.keys()];
  }

  /** Every terminal whose chain was judged good, its own word or another's, each once. */
  known(): readonly { readonly terminal: IdText; readonly party: IdText }[] {
    const all = [...this.chains.values()].map(({ terminal, party }) => [terminal, { terminal, party }] as const);
    return [...new Map(all).values()];
  }

  /** The party of a terminal whose chain was judged good. */
  party(of: IdText): IdText | null {
    return this.known().find(({ terminal }) => terminal === of)?.party ?? null;
  }

  /** The chain of this hash, if one was judged good. */
  chain(hash: Bytes): Bytes | null {
    return this.chains.get(hex(hash))?.chain ?? null;
  }

  /** The chains that were judged good, the newest last, without `but`; of each terminal the last and the one before a renewal. */
  chainsBut(but: Bytes): readonly Bytes[] {
    const all = [...this.chains.values()];
    const last = all.filter(
      (it, i) => all.slice(i + 1).filter(({ terminal }) => terminal === it.terminal).length < chainsTold,
    );
    return last.map(({ chain }) => chain).filter((chain) => !equal(chain, but));
  }

  /** Who shows `chain`, if it holds under one of the call's pins at `now`. */
  async judge(chain: Bytes, now: Instant): Promise<Result<Claims, ParleyError>> {
    const read = decodeChain(chain);
    if (!read.ok) return read;
    const pin = this.pins.find(({ card }) => equal(card.party, read.value.terminal.body.party));
    if (pin === undefined) return fail(problem("ID_CREDENTIAL_FOREIGN", "a party that is not of this link"));
    const unproven = verifyChain(chain, pin, now);
    const claims = unproven.ok ? await unproven.value.proveAsync(this.verify) : unproven;
    if (claims.ok) {
      const { terminal, party } = claims.value;
      this.chains.set(hex(claims.value.chain), { chain, terminal: idText(terminal), party: idText(party) });
    }
    return claims;
  }

  /**
   * The signal in `bytes`, if the terminal that it names made it and it was not taken before; null for a repeat, which is
   * no fault, since signals come both ways. SIGNAL_EARLY: its sender has not greeted yet, so keep it and try again.
   */
  async take(bytes: Bytes, self: Bytes, call: Bytes, now: Instant): Promise<Result<Signal | null, ParleyError>> {
    if (bytes.length > maxSignalBytes) return fail(problem("MESSAGE_TOO_LARGE", "a signal"));
    const outer = decode(signedSignal, bytes);
    const inner = outer.ok ? decode(signal, outer.value.signal) : outer;
    if (!outer.ok || !inner.ok) return fail(problem("MESSAGE_MALFORMED", "a signal"));
    const it = inner.value;
    if (!equal(it.to, self) || !equal(it.call, call)) return fail(problem("MESSAGE_MALFORMED", "a signal for another"));
    const from = idText(it.from);
    const life = hex(it.life);
    if (this.over.has(`${from}/${life}`)) return ok(null);
    let key = this.met.get(from)?.claims.key ?? null;
    let greeted: Met | null = null;
    if (it.body.type === "hello") {
      const claims = await this.judge(it.body.chain, now);
      if (!claims.ok) return claims;
      if (!equal(claims.value.terminal, it.from))
        return fail(problem("ID_CREDENTIAL_FOREIGN", "another terminal's chain"));
      key = claims.value.key;
      greeted = { claims: claims.value, chain: it.body.chain, life };
    } else if (this.met.get(from)?.life !== life) return fail(problem("SIGNAL_EARLY", from));
    if (key === null) return fail(problem("SIGNAL_EARLY", from));
    const message = labelled(signalLabel, outer.value.signal);
    if (!(await this.verifyRaw(key, message, outer.value.signature)))
      return fail(problem("SIGNATURE_INVALID", "a signal"));
    if (greeted !== null) this.greeted(from, greeted);
    // Chains of others prove themselves or are left out; who passed them on does not matter.
    if (it.body.type === "hello") for (const other of it.body.others) await this.judge(other, now);
    return ok(this.isRepeat(from, life, it.number) ? null : it);
  }

  private greeted(from: IdText, met: Met): void {
    const before = this.met.get(from);
    if (before !== undefined && before.life !== met.life) this.over.add(`${from}/${before.life}`);
    this.met.set(from, met);
  }

  private isRepeat(from: IdText, life: string, number: number): boolean {
    let known = this.lives.get(from);
    if (known?.life !== life) {
      known = { life, highest: -1, taken: new Set() };
      this.lives.set(from, known);
    }
    if (number <= known.highest - remembered || known.taken.has(number)) return true;
    known.taken.add(number);
    if (number > known.highest) known.highest = number;
    if (known.taken.size > 2 * remembered) {
      for (const old of known.taken) if (old <= known.highest - remembered) known.taken.delete(old);
    }
    return false;
  }
}
