// What comes of one notice of a linked station: its objects are judged one after the other, each by the pin that the ones
// before it left, and events and effects are gathered on the way.
import type { Result } from "@parley/base/result";
import { type Instant, after, days } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type PartyId, idText } from "@parley/protocol/ids";
import type { Adopted } from "@parley/protocol/signed/adopt";
import { type Pin, refuseStanding } from "@parley/protocol/signed/pin";
import type { SignatureCheck, Unproven } from "@parley/protocol/signed/signature";
import { apply } from "./apply.ts";
import { type IdentityEvent, isAlarm } from "./events.ts";
import { type Decided, type IdentityContext, type IdentityEffect, decided, proven, refused } from "./port.ts";
import { type Identity, alarmKey } from "./state.ts";

const alarmPause = days(1);

export class Hearing {
  state: Identity;
  readonly party: PartyId;
  readonly context: IdentityContext;
  readonly now: Instant;
  readonly events: IdentityEvent[] = [];
  readonly effects: IdentityEffect[] = [];
  constructor(state: Identity, party: PartyId, context: IdentityContext, now: Instant) {
    this.state = state;
    this.party = party;
    this.context = context;
    this.now = now;
  }
  get pin(): Pin {
    const pin = this.state.peers.get(idText(this.party));
    if (pin === undefined) throw new Error("a hearing of nobody");
    return pin;
  }
  note(event: IdentityEvent, ...effects: readonly IdentityEffect[]): void {
    const before = refuseStanding(this.pin);
    this.state = apply(this.state, event);
    this.events.push(event);
    this.effects.push(...effects);
    const standing = refuseStanding(this.pin);
    const { party } = this;
    if (before === null && standing !== null) this.effects.push({ type: "peerStopped", party, error: standing });
    if (before !== null && standing === null) this.effects.push({ type: "peerStands", party });
  }
  /** Whether an adoption stands on its signatures and brings something new. */
  settle(claim: Result<Unproven<Adopted>, ParleyError>): Result<boolean, ParleyError> {
    const adopted = proven(claim, this.context.verify);
    return adopted.ok ? { ok: true, value: adopted.value.outcome === "adopted" } : adopted;
  }
  /**
   * What is refused is no event. It is an alarm, written down and shown, where only a thief of a key or a broken station
   * could have made it: where `proof` holds. The same alarm is not written again within a day.
   */
  refuse(error: ParleyError, proof: SignatureCheck | null): Decided {
    const { party, now } = this;
    const { code, detail } = error;
    if (!isAlarm(code) || proof === null || !this.context.verify(proof))
      return this.events.length > 0 ? this.decision() : refused(code, detail);
    const last = this.state.alarms.get(alarmKey(party, code));
    if (last !== undefined && now < after(last, alarmPause)) return this.decision();
    this.note({ type: "alarmed", party, code, detail, at: now }, { type: "alarm", party, code, detail });
    return this.decision();
  }
  decision(): Decided {
    return decided(this.events, this.effects);
  }
}
