// The duty of calls: which of our terminals ring, who is in a call, what is said to the other station. It decides and
// does nothing: `decide` takes the lines as they are and one command, and answers with the lines as they shall be and
// with what to send, tell and note. The state machine of a single line is packages/call; here is what spans lines.
import type { Instant } from "@parley/base/time";
import { deadline, openCall, sitsAt, takesPart } from "@parley/call/state";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import {
  type Calls,
  type CallsContext,
  type Command,
  type Decision,
  type FromPeer,
  type FromTerminal,
  isReached,
} from "./calls/port.ts";
import { Turn } from "./calls/turn.ts";

/** What `command` changes at `now`. Total: a command that cannot be is answered with a refusal or with nothing. */
export function decide(calls: Calls, command: Command, context: CallsContext, now: Instant): Decision {
  const turn = new Turn(calls, context, now);
  switch (command.from) {
    case "terminal":
      fromTerminal(turn, command.terminal, command.message);
      break;
    case "peer":
      fromPeer(turn, command.link, command.message);
      break;
    case "presence":
      greet(turn, command.terminal);
      break;
    case "cutOff": {
      const call = openCall(turn.at(command.link).line);
      if (call !== null) turn.happen(command.link, { type: "hangUp", call });
      break;
    }
    case "time":
      for (const link of Object.keys(calls.links)) turn.pass(link);
      break;
  }
  return turn.decision();
}

/** The earliest deadline of any line, or null; when it comes, `decide` wants a command from time. */
export function nextDeadline(calls: Calls): Instant | null {
  let first: Instant | null = null;
  for (const { line, lapses } of Object.values(calls.links)) {
    const until = lapses ?? deadline(line);
    if (until !== null && (first === null || until < first)) first = until;
  }
  return first;
}

function fromTerminal(turn: Turn, terminal: IdText, message: FromTerminal): void {
  const refuse = (code: ErrorCode): void => turn.tell(terminal, { type: "refused", code });
  if (message.type === "place") {
    const held = turn.context.generations.get(message.link);
    if (held === undefined) return refuse("LINK_UNKNOWN");
    if (held.length === 0) return refuse(turn.context.stopped(message.link) ?? "LINK_MUST_REKEY");
    const by = message.from ?? terminal;
    if (!turn.context.desks.some((desk) => desk.terminal === by && desk.online)) return refuse("TERMINAL_UNKNOWN");
    if (turn.engaged(by)) return refuse("TERMINAL_IN_USE");
    if (by !== terminal) {
      if (openCall(turn.at(message.link).line) !== null) return refuse("LINE_IN_USE");
      for (const to of [by, terminal]) turn.tell(to, { type: "asked", link: message.link, terminal: by });
      return;
    }
    return turn.happen(message.link, { type: "place", call: turn.context.newCall(), by }, terminal, { caller: by });
  }
  const link = turn.linkOf(message.call);
  if (link === null) return isNews(message) ? undefined : refuse("CALL_OVER");
  const { line } = turn.at(link);
  switch (message.type) {
    case "rang":
    case "seen":
    case "answer":
    case "decline":
    case "take":
      if ((message.type === "answer" || message.type === "take") && turn.engaged(terminal, message.call))
        return refuse("TERMINAL_IN_USE");
      return turn.happen(link, { type: message.type, call: message.call, desk: terminal }, terminal);
    case "hangUp":
      return turn.happen(link, { type: "hangUp", call: message.call }, terminal);
    case "up":
      return sitsAt(line, terminal) ? turn.happen(link, { type: "up", call: message.call }) : undefined;
    case "lost":
      return sitsAt(line, terminal) ? turn.happen(link, message) : undefined;
    case "theyAnswered":
      return takesPart(line, terminal) ? turn.happen(link, message) : undefined;
    case "theyHungUp":
      return sitsAt(line, terminal) ? turn.happen(link, { ...message, why: "hungUp" }) : undefined;
    case "handOver":
      if (!turn.context.desks.some((desk) => desk.terminal === message.to && desk.online))
        return refuse("TERMINAL_UNKNOWN");
      if (turn.engaged(message.to, message.call)) return refuse("TERMINAL_IN_USE");
      return turn.happen(link, message, terminal);
    case "signal":
      if (takesPart(line, terminal)) {
        const { call, to, body } = message;
        turn.send(link, { type: "signal", call, from: terminal, to, body });
      }
      return;
    case "epoch":
      return turn.reached(link, message.epoch);
  }
  return message satisfies never;
}

/** What a terminal tells and nobody at it has asked for: it comes late without anybody being told so. */
const isNews = ({ type }: FromTerminal): boolean =>
  type === "signal" || type === "epoch" || type === "theyAnswered" || type === "theyHungUp";

function fromPeer(turn: Turn, link: IdText, message: FromPeer): void {
  const held = turn.context.generations.get(link);
  if (held === undefined) return;
  switch (message.type) {
    case "ring": {
      const generation = message.generations.find((n) => held.includes(n)) ?? null;
      if (generation === null) {
        turn.send(link, turn.receiptOf(message.call, "unanswered", null, null));
        turn.missed(link, message.call, message.caller.terminal, "notConfirmed");
        return;
      }
      const on = turn.context.desks.filter((desk) => desk.online);
      const free = on.filter((desk) => !turn.engaged(desk.terminal)).map((desk) => desk.terminal);
      const desks = on.length > 0 && free.length === 0 ? "busy" : free;
      const { call, caller, spent } = message;
      const met = { generation, caller: caller.terminal, far: { [caller.terminal]: caller.name } };
      return turn.happen(link, { type: "ring", call, by: caller.terminal, spent, desks }, null, met);
    }
    case "receipt": {
      const { call, kind, terminal, generation, answerer } = message;
      if (openCall(turn.at(link).line) === call) {
        turn.note({ type: "receipt", link, call, kind, terminal, whose: "theirs" });
        if (isReached(kind)) turn.reach(link, call, kind);
        turn.meet(link, generation !== null && held.includes(generation) ? generation : null, answerer);
      }
      return turn.happen(link, { type: "receipt", call, kind, terminal });
    }
    case "hangUp":
      return turn.happen(link, { type: "theyHungUp", call: message.call, why: message.why });
    case "moved":
      if (openCall(turn.at(link).line) === message.call) turn.meet(link, null, message.to);
      return turn.happen(link, { type: "theyMoved", call: message.call, to: message.to.terminal });
    case "signal": {
      const { line } = turn.at(link);
      if (openCall(line) !== message.call || !takesPart(line, message.to)) return;
      return turn.tell(message.to, { type: "signal", call: message.call, from: message.from, body: message.body });
    }
  }
  return message satisfies never;
}

/** A terminal that comes is told every line; it rings along where one rings, and takes up its place where it has one. */
function greet(turn: Turn, terminal: IdText): void {
  const on = turn.context.desks.some((desk) => desk.terminal === terminal && desk.online);
  for (const [link, { line, lapses }] of turn.links()) {
    if (lapses !== null && turn.comesBack(link, terminal)) continue;
    const rings = line.at === "ringing" && line.side === "called" && !line.desks.includes(terminal);
    if (on && rings && !turn.engaged(terminal)) {
      turn.happen(link, { type: "handOver", call: line.call, to: terminal });
    } else {
      turn.tell(terminal, turn.told(link));
      turn.admit(link, [terminal]);
    }
    turn.tellReached(link, terminal);
  }
}
