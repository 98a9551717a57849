// One link's connection to its peer as data: `step(state, event, moment) -> [state, effects]`, total and pure. It dials for
// ever, keeps one connection of any that arise, and knows a dead one by its silence. Carries [LK22]-[LK29].
// Which of two connections stays is the same on both sides: the one that the leader dialled, of the same dialler the newer.
import { type Ms, ms } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { GoodbyeReason } from "@parley/protocol/peer/hello";
import type {
  Conn,
  Greeting,
  Moment,
  Open,
  Pulse,
  SessionEffect,
  SessionEvent,
  SessionState,
  Side,
  Step,
} from "./sessionState.ts";
import {
  connectWithin,
  delayBefore,
  doubtWithin,
  introduceWithin,
  pingEvery,
  pongWithin,
  steadyAfter,
} from "./timing.ts";

type Down = Extract<SessionState, { at: "down" }>;
type Up = Extract<SessionState, { at: "up" }>;

const later = (now: Ms, wait: Ms): Ms => ms(now + wait);

const drop = (conn: Conn, reason: GoodbyeReason | null = null): SessionEffect => ({ type: "drop", conn, reason });

/** How a peer's goodbye reads on this side. */
const codeOfGoodbye = (reason: GoodbyeReason): ErrorCode => {
  switch (reason) {
    case "version":
      return "PEER_VERSION";
    case "unknown":
      return "PEER_LINK_UNKNOWN";
    // Which of the two has forgotten only the one that compared has seen; who is told of it does not know.
    case "restored":
      return "PEER_PASTS_DIFFER";
    case "slow":
    case "silent":
      return "PEER_TIMED_OUT";
    case "closing":
    case "duplicate":
    case "keyRolled":
    case "malformed":
    case "forged":
    case "gap":
    case "flooded":
    case "crossed":
      return "PEER_ENDED";
    default:
      return reason satisfies never;
  }
};

/** A link that begins to dial; `leads` is the side with the lower party id. */
export const begin = (leads: Side, at: Moment): Step => dialAt({ leads, at: "closed" }, 0, null, at.now, at);

/** Waits as long as attempt number `attempt` must, then dials; at once when that is no time at all. */
function dialAt(state: SessionState, attempt: number, code: ErrorCode | null, since: Ms, at: Moment): Step {
  const wait = delayBefore(attempt, state.leads === "here", at.dice);
  const down = { leads: state.leads, at: "down", since, code } as const;
  if (wait > 0) return [{ ...down, dial: { at: "backingOff", attempt, until: later(at.now, wait) } }, []];
  return dialNow(down, attempt, at);
}

const dialNow = (down: Omit<Down, "dial">, attempt: number, at: Moment): Step => [
  { ...down, dial: { at: "connecting", conn: at.fresh, attempt, until: later(at.now, connectWithin) } },
  [{ type: "dial", conn: at.fresh }],
];

/** The open connection is gone. */
function fallen(state: Up, code: ErrorCode, at: Moment): Step {
  const { open, dial, contender } = state;
  if (contender !== null) return adopt({ ...state, contender: null }, contender.conn, "there", contender.greeting, at);
  if (dial !== null) return [{ leads: state.leads, at: "down", since: at.now, code, dial }, []];
  const attempt = at.now - open.since >= steadyAfter ? 0 : open.attempt + 1;
  return dialAt(state, attempt, code, at.now, at);
}

/** Makes `conn` the open connection in place of whatever there was; the caller has dropped that. */
function adopt(state: Down | Up, conn: Conn, dialled: Side, greeting: Greeting, at: Moment): Step {
  const under = state.dial !== null && state.dial.at !== "backingOff" && state.dial.conn !== conn ? state.dial : null;
  const keep = state.leads === "here" && dialled === "there" ? under : null;
  const attempt = state.at === "down" ? state.dial.attempt : state.open.attempt;
  const effects: SessionEffect[] = [];
  if (under !== null && keep === null) effects.push(drop(under.conn));
  if (dialled === "there") effects.push({ type: "greet", conn, as: "answerer" });
  effects.push({ type: "begin", conn, greeting });
  // The first ping comes anywhere in its interval, so that the links of a station do not all ping together.
  const pulse: Pulse = { at: "calm", until: later(at.now, ms(Math.ceil(pingEvery * (0.5 + 0.5 * at.dice)))) };
  const open: Open = { ...greeting, conn, dialled, since: at.now, attempt, pulse, roundTrip: null };
  return [{ leads: state.leads, at: "up", open, dial: keep, contender: null }, effects];
}

/** A verified connection beside an open one: the better stays, and a worse one waits until the open one has shown life. */
function compete(state: Up, conn: Conn, dialled: Side, greeting: Greeting, at: Moment): Step {
  const { open, contender } = state;
  if (dialled === open.dialled || dialled === state.leads) {
    const [next, effects] = adopt(state, conn, dialled, greeting, at);
    const others = contender === null ? [] : [drop(contender.conn, "duplicate")];
    return [next, [drop(open.conn, "duplicate"), ...others, ...effects]];
  }
  const [doubting, effects] = doubt(state, at);
  const before = contender === null ? [] : [drop(contender.conn, "duplicate")];
  return [{ ...doubting, contender: { conn, greeting } }, [...before, ...effects]];
}

/** Asks the open connection for a sign of life, soon. */
function doubt(state: Up, at: Moment): readonly [Up, readonly SessionEffect[]] {
  const until = later(at.now, doubtWithin);
  const { pulse, conn } = state.open;
  if (pulse.at === "asked")
    return [{ ...state, open: { ...state.open, pulse: { ...pulse, until: ms(Math.min(pulse.until, until)) } } }, []];
  return ask(state, conn, until, at);
}

function ask(state: Up, conn: Conn, until: Ms, at: Moment): readonly [Up, readonly SessionEffect[]] {
  const nonce = Math.floor(at.dice * 2 ** 32);
  const pulse: Pulse = { at: "asked", nonce, asked: at.now, until };
  return [{ ...state, open: { ...state.open, pulse } }, [{ type: "ping", conn, nonce }]];
}

/** Ends whatever there is, saying `reason` to a peer that is connected. */
function dropAll(state: SessionState, reason: GoodbyeReason): readonly SessionEffect[] {
  switch (state.at) {
    case "down":
      return state.dial.at === "backingOff" ? [] : [drop(state.dial.conn, reason)];
    case "up": {
      const others = [state.dial?.conn, state.contender?.conn].filter((conn) => conn !== undefined);
      return [state.open.conn, ...others].map((conn) => drop(conn, reason));
    }
    case "frozen":
    case "closed":
      return [];
    default:
      return state satisfies never;
  }
}

const nothing = (state: SessionState): Step => [state, []];

export function step(state: SessionState, event: SessionEvent, at: Moment): Step {
  switch (event.type) {
    case "close":
      return [{ leads: state.leads, at: "closed" }, dropAll(state, "closing")];
    case "freeze":
      if (state.at === "closed" || state.at === "frozen") return nothing(state);
      return [{ leads: state.leads, at: "frozen", since: at.now, code: event.code }, dropAll(state, "restored")];
    case "thaw":
      return state.at === "frozen" ? dialAt(state, 0, null, state.since, at) : nothing(state);
    default:
      break;
  }
  switch (state.at) {
    case "down":
      return stepDown(state, event, at);
    case "up":
      return stepUp(state, event, at);
    case "frozen":
      return event.type === "accepted" ? [state, [drop(event.conn, "restored")]] : nothing(state);
    case "closed":
      return event.type === "accepted" ? [state, [drop(event.conn, "closing")]] : nothing(state);
    default:
      return state satisfies never;
  }
}

type Ordinary = Exclude<SessionEvent, { type: "close" | "freeze" | "thaw" }>;

function stepDown(state: Down, event: Ordinary, at: Moment): Step {
  const { dial } = state;
  const ours = "conn" in event && dial.at !== "backingOff" && dial.conn === event.conn;
  const again = (code: ErrorCode, attempt = dial.attempt + 1): Step => dialAt(state, attempt, code, state.since, at);
  switch (event.type) {
    case "dialled":
      if (!ours || dial.at !== "connecting") return nothing(state);
      return [
        { ...state, dial: { ...dial, at: "introducing", until: later(at.now, introduceWithin) } },
        [{ type: "greet", conn: dial.conn, as: "dialler" }],
      ];
    case "greeted":
      return ours ? adopt(state, event.conn, "here", event.greeting, at) : nothing(state);
    case "accepted":
      return adopt(state, event.conn, "there", event.greeting, at);
    case "lost":
      return ours ? again(event.code) : nothing(state);
    case "goodbye":
      if (!ours) return nothing(state);
      return withDrop(drop(event.conn), again(codeOfGoodbye(event.reason)));
    case "refused":
      return ours ? withDrop(drop(event.conn, event.reason), again(event.code)) : nothing(state);
    case "tick":
      if (at.now < dial.until) return nothing(state);
      if (dial.at === "backingOff") return dialNow(state, dial.attempt, at);
      return withDrop(drop(dial.conn, "silent"), again("PEER_TIMED_OUT"));
    case "networkIsBack":
    case "renew":
      // A dial that began on the network that was, or under the key that was, is not worth waiting for.
      return dial.at === "backingOff" ? dialNow(state, 0, at) : withDrop(drop(dial.conn), dialNow(state, 0, at));
    case "pong":
      return nothing(state);
    default:
      return event satisfies never;
  }
}

const withDrops = (first: readonly SessionEffect[], [state, effects]: Step): Step => [state, [...first, ...effects]];
const withDrop = (first: SessionEffect, next: Step): Step => withDrops([first], next);

function stepUp(state: Up, event: Ordinary, at: Moment): Step {
  const { open, dial, contender } = state;
  const isOpen = "conn" in event && event.conn === open.conn;
  const isDial = "conn" in event && event.conn === dial?.conn;
  const isContender = "conn" in event && event.conn === contender?.conn;
  switch (event.type) {
    case "dialled":
      if (!isDial || dial?.at !== "connecting") return nothing(state);
      return [
        { ...state, dial: { ...dial, at: "introducing", until: later(at.now, introduceWithin) } },
        [{ type: "greet", conn: dial.conn, as: "dialler" }],
      ];
    case "greeted":
      return isDial ? compete(state, event.conn, "here", event.greeting, at) : nothing(state);
    case "accepted":
      return compete(state, event.conn, "there", event.greeting, at);
    case "lost":
    case "goodbye":
    case "refused": {
      const reason = event.type === "refused" ? event.reason : null;
      const first = event.type === "lost" ? [] : [drop(event.conn, reason)];
      if (isDial) return [{ ...state, dial: null }, first];
      if (isContender) return [{ ...state, contender: null }, first];
      if (!isOpen) return nothing(state);
      const code = event.type === "goodbye" ? codeOfGoodbye(event.reason) : event.code;
      return withDrops(first, fallen(state, code, at));
    }
    case "pong": {
      const { pulse } = open;
      if (!isOpen || pulse.at !== "asked" || pulse.nonce !== event.nonce) return nothing(state);
      const calm: Pulse = { at: "calm", until: later(at.now, pingEvery) };
      const alive: Up = {
        ...state,
        open: { ...open, pulse: calm, roundTrip: ms(at.now - pulse.asked) },
        contender: null,
      };
      return [alive, contender === null ? [] : [drop(contender.conn, "duplicate")]];
    }
    case "tick": {
      if (dial !== null && at.now >= dial.until)
        return withDrop(drop(dial.conn, "silent"), step({ ...state, dial: null }, event, at));
      if (at.now < open.pulse.until) return nothing(state);
      if (open.pulse.at === "calm") return ask(state, open.conn, later(at.now, pongWithin), at);
      return withDrop(drop(open.conn, "silent"), fallen(state, "PEER_TIMED_OUT", at));
    }
    case "networkIsBack":
      return doubt(state, at);
    case "renew":
      return withDrops(dropAll(state, "keyRolled"), dialAt(state, 0, null, at.now, at));
    default:
      return event satisfies never;
  }
}

/** When `tick` is next due, or null when nothing waits. */
export function deadline(state: SessionState): Ms | null {
  switch (state.at) {
    case "down":
      return state.dial.until;
    case "up":
      return ms(Math.min(state.open.pulse.until, state.dial?.until ?? Infinity));
    case "frozen":
    case "closed":
      return null;
    default:
      return state satisfies never;
  }
}
