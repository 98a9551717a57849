// The pairing's state machine: step(state, event, now) -> [state, effects], total over state and event; what does not
// fit is refused and moves nothing, and a deadline that has passed is applied first. docs/spec/pairing.md has the
// exchange and its failures row by row (rules PR10-PR19).
import { type Bytes, equal } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import { type Instant, after, ms } from "@parley/base/time";
import { type ErrorCode, problem } from "../errorCodes.ts";
import { pairingUnconfirmedMs } from "../limits.ts";
import type { Means, PairingEffect, PairingEvent } from "./event.ts";
import { type Body, type Fault, type Rekeyed, refuseParty, takeM2, takeM3, takeM4, takeM5 } from "./exchange.ts";
import { type EndReason, type PairingMessage, decodePairingMessage, encodePairingMessage } from "./messages.ts";
import { matchHolds, matchMessage, matchSigned, pressMatch } from "./people.ts";
import type { At, EndCode, Pairing } from "./state.ts";

export type Stepped = readonly [state: Pairing, effects: readonly PairingEffect[]];

export function step(state: Pairing, event: PairingEvent, means: Means, now: Instant): Stepped {
  const [current, due] = passDeadline(state, now);
  const [next, effects] = react(current, event, means, now);
  return [next, [...due, ...effects]];
}

/** When this state ends by itself; null when it does not. */
export const deadlineOf = (state: Pairing): Instant | null => ("until" in state ? state.until : null);

const send = (bytes: Bytes): PairingEffect => ({ type: "send", bytes });

const refuse = (state: Pairing, code: ErrorCode, detail: string): Stepped => [
  state,
  [{ type: "refused", error: problem(code, detail) }],
];
const outOfTurn = (state: Pairing, event: string): Stepped =>
  refuse(state, "PAIR_OUT_OF_TURN", `${event} while ${state.type}`);

/** The other party, as far as this state has proven it. */
function peerOf(state: Pairing) {
  switch (state.type) {
    case "offered":
    case "asked":
    case "ended":
      return null;
    case "invited":
      return state.party;
    case "revealed":
      return state.peer.card.party;
    case "answered":
    case "unfinished":
    case "comparing":
    case "pressed":
    case "unconfirmed":
    case "active":
    case "wordsDue":
    case "rekeyed":
      return state.agreed.peer.card.party;
  }
  state satisfies never;
  return null;
}

/** Ends the pairing; its secrets go with its state. `tell` is what the other side reads, null when there is none to tell. */
function end(state: Pairing, why: EndCode, now: Instant, tell: EndReason | null, detail = ""): Stepped {
  const { offer } = state;
  const told = tell === null ? [] : [send(encodePairingMessage({ offer: offer.id, body: { type: "end", why: tell } }))];
  return [{ type: "ended", offer, why, at: now }, [...told, { type: "ended", why, party: peerOf(state), detail }]];
}

function passDeadline(state: Pairing, now: Instant): Stepped {
  const until = deadlineOf(state);
  if (until === null || now < until) return [state, []];
  const later = after(now, ms(pairingUnconfirmedMs));
  switch (state.type) {
    case "offered":
    case "invited":
      return end(state, "PAIR_OFFER_EXPIRED", now, null);
    case "asked":
    case "revealed":
    case "comparing":
    case "unfinished":
    case "unconfirmed":
      return end(state, "PAIR_TIMEOUT", now, "timeout", `while ${state.type}`);
    case "answered":
      return [{ ...state, type: "unfinished", until: later }, []];
    case "pressed":
      return [{ ...state, type: "unconfirmed", until: later }, []];
    case "active":
    case "wordsDue":
    case "rekeyed":
    case "ended":
      return [state, []];
  }
  state satisfies never;
  return [state, []];
}

function react(state: Pairing, event: PairingEvent, means: Means, now: Instant): Stepped {
  switch (event.type) {
    case "tick":
      return [state, []];
    case "message": {
      const read = decodePairingMessage(event.bytes);
      if (!read.ok) return refuse(state, read.error.code, read.error.detail);
      if (!equal(read.value.offer, state.offer.id)) return refuse(state, "PAIR_UNKNOWN", "another pairing's message");
      return take(state, read.value, event.bytes, means, now);
    }
    case "connected":
      return [state, again(state)];
    case "match":
      if (state.type === "wordsDue") {
        const { offer, agreed, last } = state;
        return [{ type: "rekeyed", offer, agreed, last }, [{ type: "compared", link: agreed.link, words: "match" }]];
      }
      if (state.type !== "comparing") return outOfTurn(state, event.type);
      return press(state, pressMatch(state.agreed, event.officer, means, now), means, now);
    case "differ":
      if (state.type === "wordsDue") {
        const [ended, told] = end(state, "PAIR_WORDS_DIFFER", now, "wordsDiffer", "said our person");
        return [ended, [{ type: "compared", link: state.agreed.link, words: "differ" }, ...told]];
      }
      if (state.type !== "comparing" && state.type !== "pressed" && state.type !== "unconfirmed")
        return outOfTurn(state, event.type);
      return end(state, "PAIR_WORDS_DIFFER", now, "wordsDiffer", "said our person");
    case "cancel":
      if (deadlineOf(state) === null) return outOfTurn(state, event.type);
      return end(
        state,
        "PAIR_CANCELLED",
        now,
        state.type === "offered" || state.type === "invited" ? null : "cancelled",
        "by our person",
      );
    case "proven":
      if (state.type === "active") return [state, []];
      if (state.type !== "pressed" && state.type !== "unconfirmed") return outOfTurn(state, event.type);
      return activate(state, state.ours, null, means, now);
  }
  event satisfies never;
  return [state, []];
}

/** What may have been lost, for a new connection. */
function again(state: Pairing): readonly PairingEffect[] {
  switch (state.type) {
    case "asked":
      return [send(state.sent)];
    case "answered":
    case "unfinished":
      return [send(state.last.sent)];
    case "pressed":
    case "unconfirmed":
      return [send(matchMessage("matched", state.offer, state.agreed, state.ours))];
    case "offered":
    case "invited":
    case "revealed":
    case "comparing":
    case "active":
    case "wordsDue":
    case "rekeyed":
    case "ended":
      return [];
  }
  state satisfies never;
  return [];
}

/** A repeat of the last message that this side answered is answered with the same bytes again; M5 needs no answer. */
function repeatOf(state: Pairing, bytes: Bytes): readonly PairingEffect[] | null {
  if (!("last" in state) || !equal(state.last.taken, bytes)) return null;
  if (state.type === "revealed" || state.type === "answered" || state.type === "unfinished")
    return [send(state.last.sent)];
  return state.agreed.side === "offering" ? [send(state.last.sent), ...again(state)] : [];
}

function take(state: Pairing, message: PairingMessage, bytes: Bytes, means: Means, now: Instant): Stepped {
  const repeated = repeatOf(state, bytes);
  if (repeated !== null) return [state, repeated];
  const { body } = message;
  switch (body.type) {
    case "m2":
      if (state.type === "offered") return moved(state, takeM2(state, body, bytes, means, now), now);
      return refuse(state, state.type === "asked" ? "PAIR_OUT_OF_TURN" : "PAIR_OFFER_USED", "another M2");
    case "m3":
      if (state.type !== "asked") return outOfTurn(state, body.type);
      return moved(state, takeM3(state, body, bytes, means, now), now);
    case "m4":
      if (state.type !== "revealed") return outOfTurn(state, body.type);
      return moved(state, takeM4(state, body, bytes, means, now), now);
    case "m5":
      if (state.type !== "answered" && state.type !== "unfinished") return outOfTurn(state, body.type);
      return moved(state, takeM5(state, body, bytes, means, now), now);
    case "matched":
    case "settled":
      return takeMatch(state, body, means, now);
    case "end":
      return takeEnd(state, body.why, now);
    case "ask":
      return outOfTurn(state, body.type);
  }
  body satisfies never;
  return [state, []];
}

function moved(
  state: Pairing,
  result: Result<At<"revealed"> | At<"answered"> | At<"comparing"> | Rekeyed, Fault>,
  now: Instant,
): Stepped {
  if (!result.ok) {
    const { pairing, code, detail } = result.error;
    return pairing === "ends" ? end(state, code, now, "refused", detail) : refuse(state, code, detail);
  }
  const next = result.value;
  if (next.type === "rekeyed") {
    const { due, secret } = next;
    const { link, peer, transcript, side } = due.agreed;
    const answer = side === "offering" ? [send(due.last.sent)] : [];
    return [due, [{ type: "rekeyed", link, secret, peer, transcript }, ...answer]];
  }
  const answers = next.type !== "comparing" || next.agreed.side === "offering";
  return [next, answers ? [send(next.last.sent)] : []];
}

type Agreed = At<"comparing"> | At<"pressed"> | At<"unconfirmed">;

function press(state: At<"comparing">, ours: At<"pressed">["ours"], means: Means, now: Instant): Stepped {
  const { offer, agreed, last, until, theirs } = state;
  const said = send(matchMessage("matched", offer, agreed, ours));
  if (theirs === null) return [{ type: "pressed", offer, agreed, last, until, ours }, [said]];
  const [next, effects] = activate(state, ours, theirs, means, now);
  return [next, [said, ...effects]];
}

/** The link comes to be, unless another pairing with the same party was quicker. */
function activate(
  state: Agreed,
  ours: At<"active">["ours"],
  theirs: At<"active">["theirs"],
  means: Means,
  now: Instant,
): Stepped {
  const { offer, agreed } = state;
  const unwanted = refuseParty(agreed.peer, offer, means);
  if (unwanted !== null) return end(state, unwanted, now, "refused", "linked meanwhile");
  const { side, link, secret, peer, transcript } = agreed;
  const settled = matchMessage("settled", offer, agreed, ours);
  const paired = { type: "paired", link, secret, peer, transcript, ours, theirs } as const;
  return [{ type: "active", offer, agreed: { side, link, peer, transcript }, settled, ours, theirs }, [paired]];
}

function takeMatch(state: Pairing, body: Body<"matched"> | Body<"settled">, means: Means, now: Instant): Stepped {
  const { match: theirs, mac } = body;
  const wrong = () => refuse(state, "PAIR_PROOF_INVALID", "not the other side's word for this pairing");
  switch (state.type) {
    case "offered":
    case "invited":
    case "asked":
    case "revealed":
    case "wordsDue":
    case "rekeyed":
    case "ended":
      return outOfTurn(state, body.type);
    case "answered":
    case "unfinished":
      // They are further than M5, so M5 was lost: M4 asks for it again, and people compare once it is here.
      return matchHolds(state.agreed, theirs, mac, means) ? [state, again(state)] : wrong();
    case "comparing":
      return matchHolds(state.agreed, theirs, mac, means) ? [{ ...state, theirs }, []] : wrong();
    case "pressed":
    case "unconfirmed":
      return matchHolds(state.agreed, theirs, mac, means) ? activate(state, state.ours, theirs, means, now) : wrong();
    case "active": {
      if (!matchSigned(state.agreed, theirs, means)) return wrong();
      const answer = body.type === "matched" ? [send(state.settled)] : [];
      if (state.theirs !== null) return [state, answer];
      return [{ ...state, theirs }, [...answer, { type: "recorded", link: state.agreed.link, theirs }]];
    }
  }
  state satisfies never;
  return [state, []];
}

const endCode = {
  wordsDiffer: "PAIR_WORDS_DIFFER",
  cancelled: "PAIR_CANCELLED",
  refused: "PAIR_CANCELLED",
  timeout: "PAIR_TIMEOUT",
} as const satisfies Record<EndReason, EndCode>;

/** Anyone on the path may end a pairing that is not active, as they could by cutting the path; nobody can end an active link so. */
function takeEnd(state: Pairing, why: EndReason, now: Instant): Stepped {
  if (state.type === "offered" || state.type === "invited" || deadlineOf(state) === null)
    return outOfTurn(state, "end");
  return end(state, endCode[why], now, null, `said the other side: ${why}`);
}
