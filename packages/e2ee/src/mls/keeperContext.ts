// What the inside and the outside of a keeper share: who we are, who may come in, the signing of ballots, and the way out.
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { type Group, type Identity, groupIdOf, handleOf } from "./group.ts";
import type { KeeperConfig, KeeperOutput } from "./keeperPort.ts";
import {
  type Ballot,
  type KeysMessage,
  type SignedBallot,
  ballotToSign,
  decodeBallot,
  encodeBallot,
  encodeKeysMessage,
} from "./message.ts";
import { equal } from "@parley/base/bytes";
import { PendingJoins } from "./pendingJoins.ts";
import { signatureKeyOf } from "./roll.ts";
import type { KeyHandle } from "./suite.ts";

export class KeeperContext {
  readonly config: KeeperConfig;
  readonly me: IdText;
  /** Ours, with the credential as it was last renewed. */
  identity: Identity;
  /** Everyone who may take part, by terminal, in the order of founding. */
  readonly roster: Map<IdText, IdText>;
  /** Terminals that stay out for the rest of the call. */
  readonly barred = new Set<IdText>();
  /** The secret for the next link secret is given out once. */
  exported = false;
  /** The highest frame epoch seen, so that a group founded later counts on from there. */
  lastFrameEpoch = -1;
  readonly joins = new PendingJoins();
  private readonly handle: KeyHandle;
  private outputs: KeeperOutput[] = [];

  constructor(config: KeeperConfig) {
    this.config = config;
    this.me = idText(config.identity.credential.terminal);
    this.identity = config.identity;
    this.roster = new Map(config.roster.map(({ terminal, party }) => [terminal, party]));
    this.handle = handleOf(config.engine, config.identity);
  }

  emit(output: KeeperOutput): void {
    this.outputs.push(output);
  }

  alarm(error: ParleyError, by: IdText | null): void {
    this.emit({ type: "alarm", code: error.code, by, detail: error.detail });
  }

  /** Everything emitted since the last call. */
  flush(): readonly KeeperOutput[] {
    const { outputs } = this;
    this.outputs = [];
    return outputs;
  }

  send(to: IdText, message: KeysMessage): void {
    this.emit({ type: "toTerminal", to, bytes: encodeKeysMessage(message) });
  }

  /** To every terminal that may take part. */
  sendAll(message: KeysMessage): void {
    for (const terminal of this.roster.keys())
      if (this.mayEnter(terminal) && terminal !== this.me) this.send(terminal, message);
  }

  mayEnter(terminal: IdText): boolean {
    return this.roster.has(terminal) && !this.barred.has(terminal);
  }

  async sign(ballot: Ballot): Promise<SignedBallot> {
    const encoded = encodeBallot(ballot);
    const { signature } = this.config.engine.suite.impl;
    return { ballot: encoded, signature: new Uint8Array(await signature.sign(this.handle, ballotToSign(encoded))) };
  }

  /** The ballot when a member of `group` signed it about that group. */
  async verify(group: Group, signed: SignedBallot): Promise<Result<Ballot, ParleyError>> {
    const read = decodeBallot(signed);
    if (!read.ok) return read;
    const ballot = read.value;
    if (!equal(ballot.group, groupIdOf(group))) return fail(problem("MLS_OTHER_GROUP"));
    const key = signatureKeyOf(group, idText(ballot.by));
    if (key === null) return fail(problem("MLS_UNAUTHENTIC", "a ballot of someone who is no member"));
    const { signature } = this.config.engine.suite.impl;
    const good = await signature.verify(key, ballotToSign(signed.ballot), signed.signature);
    return good ? ok(ballot) : fail(problem("MLS_UNAUTHENTIC", "a ballot that its member did not sign"));
  }
}
