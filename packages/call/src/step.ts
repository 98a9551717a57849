// The call: one pure step, total over state and event. Stations, terminals and the simulator all use this one.
// Whatever it is given, it never throws, never ends a call because media or a station was lost ([CA9]), and never
// lets one ring become two calls ([CA6]).
import { type Instant, after } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import { endedShows, keyingLasts, mendingPause, ringLasts } from "./deadlines.ts";
import type { Effect, Event } from "./event.ts";
import {
  type Called,
  type Calling,
  type Crossed,
  type EndReason,
  type Ended,
  type Keying,
  type Line,
  type Live,
  type Mending,
  type Reach,
  idle,
} from "./state.ts";

export type Step = readonly [Line, readonly Effect[]];

const stay = (line: Line): Step => [line, []];
const refuse = (line: Line, code: ErrorCode): Step => [line, [{ type: "refuse", code }]];

/** The line after `event` at `now`, and what to do about it. `now` never runs backwards within one station's life. */
export function step(line: Line, event: Event, now: Instant): Step {
  switch (event.type) {
    case "place":
      return place(line, event, now);
    case "ring":
      return ring(line, event, now);
    case "tick":
      return tick(line, now);
    default:
      return ofCall(line, event, now);
  }
}

function place(line: Line, event: Event & { type: "place" }, now: Instant): Step {
  if (line.at !== "idle" && line.at !== "ended") return refuse(line, "LINE_IN_USE");
  const calling: Calling = {
    at: "ringing",
    side: "calling",
    call: event.call,
    ours: event.by,
    reach: "sent",
    until: after(now, ringLasts),
  };
  return [calling, [{ type: "sendRing", call: event.call, by: event.by }]];
}

function ring(line: Line, event: Event & { type: "ring" }, now: Instant): Step {
  const { call, by, spent, desks } = event;
  if (line.at !== "idle" && line.call === call) return stay(line); // the same ring again
  if (spent >= ringLasts) {
    return [line, [receipt(call, "unanswered"), { type: "noteMissed", call, by, why: "unanswered" }]];
  }
  const rung = (before: readonly Effect[]): Step => {
    if (desks === "busy") {
      const rest = line.at === "idle" || line.at === "ended" ? line : idle;
      return [rest, [...before, receipt(call, "busy"), { type: "noteMissed", call, by, why: "busy" }]];
    }
    const until = after(now, (ringLasts - spent) as typeof ringLasts);
    const called: Called = { at: "ringing", side: "called", call, theirs: by, desks, reach: "delivered", until };
    return [called, [...before, receipt(call, "delivered")]];
  };
  switch (line.at) {
    case "idle":
    case "ended":
      return rung([]);
    case "ringing":
      if (line.side === "called") return rung([missed(line, "cancelled")]);
      // Both pressed Call: the smaller id is the call, on both sides, and whoever rang with the other has thereby answered.
      // The far side may have given the smaller one up by now: until it is seen there, ours is kept to go back to ([CA23]).
      if (line.call < call) return stay(line);
      return answered(
        {
          call,
          side: "called",
          ours: line.ours,
          theirs: by,
          instead: { call: line.call, by: line.ours, until: line.until },
        },
        now,
        [receipt(call, "delivered"), receipt(call, "answered", line.ours)],
      );
    case "keying":
    case "live":
    case "mending":
      return rung([{ type: "record", call: line.call, why: "superseded" }, ...withdrawn(line)]);
  }
  return line satisfies never;
}

function tick(line: Line, now: Instant): Step {
  if (line.at === "idle" || line.at === "live" || now < line.until) return stay(line);
  switch (line.at) {
    case "ringing":
      if (line.side === "calling") {
        // Two people see each other by now: only a word of their station, or a person, ends that ([CA9]).
        if (line.reach === "answered") return stay({ ...line, until: after(now, ringLasts) });
        const why = line.reach === "sent" ? "notDelivered" : "unanswered";
        return over(line, why, now, [{ type: "sendHangUp", call: line.call, why: "unanswered" }]);
      }
      return over(line, "unanswered", now, [receipt(line.call, "unanswered"), missed(line, "unanswered")]);
    case "keying":
      return mending(line, "notYetUp", now);
    case "mending": {
      const attempt = line.attempt + 1;
      const next: Mending = { ...line, attempt, until: after(now, mendingPause(attempt)) };
      return [next, [{ type: "mend", call: line.call, attempt }]];
    }
    case "ended":
      return stay(idle);
  }
  return line satisfies never;
}

type OfCall = Exclude<Event, { type: "place" | "ring" | "tick" }>;

function ofCall(line: Line, event: OfCall, now: Instant): Step {
  if (line.at === "idle" || line.call !== event.call) {
    // A word about a call that is gone: late, repeated or forged, and harmless; only our own people are told.
    return isOurs(event) ? refuse(line, "CALL_OVER") : stay(line);
  }
  switch (line.at) {
    case "ringing":
      return line.side === "calling" ? inCalling(line, event, now) : inCalled(line, event, now);
    case "keying":
    case "live":
    case "mending":
      return inCall(line, event, now);
    case "ended":
      return isOurs(event) && event.type !== "hangUp" ? refuse(line, "CALL_OVER") : stay(line);
  }
  return line satisfies never;
}

const isOurs = (event: OfCall): boolean =>
  event.type === "answer" ||
  event.type === "decline" ||
  event.type === "hangUp" ||
  event.type === "handOver" ||
  event.type === "take";

function inCalling(line: Calling, event: OfCall, now: Instant): Step {
  switch (event.type) {
    case "hangUp":
      return over(line, "cancelled", now, [{ type: "sendHangUp", call: line.call, why: "cancelled" }]);
    case "take":
      if (event.desk === line.ours) return stay(line);
      return [{ ...line, ours: event.desk }, [{ type: "sendMoved", call: line.call, to: event.desk }]];
    case "receipt":
      switch (event.kind) {
        case "delivered":
        case "rang":
        case "seen":
          return stay({ ...line, reach: further(line.reach, event.kind) });
        case "answered":
          if (event.terminal === null) return refuse(line, "MESSAGE_MALFORMED");
          return answered({ call: line.call, side: "calling", ours: line.ours, theirs: event.terminal }, now, []);
        case "declined":
        case "unanswered":
        case "busy":
          return over(line, event.kind, now, []);
      }
      return event.kind satisfies never;
    case "theyAnswered":
      return stay({ ...line, reach: "answered" });
    case "answer":
    case "decline":
    case "handOver": // whoever is to speak when they answer takes the call, and is not put there by somebody else
      return refuse(line, "NOT_RINGING_HERE");
    case "theyHungUp":
    case "rang":
    case "seen":
    case "up":
    case "lost":
    case "theyMoved":
      return stay(line);
  }
  return event satisfies never;
}

function inCalled(line: Called, event: OfCall, now: Instant): Step {
  switch (event.type) {
    case "rang":
    case "seen": {
      if (!line.desks.includes(event.desk) || further(line.reach, event.type) === line.reach) return stay(line);
      return [{ ...line, reach: event.type }, [receipt(line.call, event.type, event.desk)]];
    }
    case "answer":
      if (!line.desks.includes(event.desk)) return refuse(line, "NOT_RINGING_HERE");
      return answered({ call: line.call, side: "called", ours: event.desk, theirs: line.theirs }, now, [
        receipt(line.call, "answered", event.desk),
      ]);
    case "decline": {
      if (!line.desks.includes(event.desk)) return refuse(line, "NOT_RINGING_HERE");
      const desks = line.desks.filter((desk) => desk !== event.desk);
      if (desks.length > 0) return stay({ ...line, desks });
      return over(line, "declined", now, [receipt(line.call, "declined", event.desk), missed(line, "declined")]);
    }
    case "hangUp": // End at a desk that rings is a refusal for the whole party
      return over(line, "declined", now, [receipt(line.call, "declined"), missed(line, "declined")]);
    case "theyHungUp":
      return over(line, event.why === "unanswered" ? "unanswered" : "cancelled", now, [missed(line, "cancelled")]);
    case "theyMoved":
      return stay({ ...line, theirs: event.to });
    case "handOver": // ring there too
      return stay(line.desks.includes(event.to) ? line : { ...line, desks: [...line.desks, event.to] });
    case "take":
      return refuse(line, "NOT_RINGING_HERE");
    case "receipt":
    case "theyAnswered":
    case "up":
    case "lost":
      return stay(line);
  }
  return event satisfies never;
}

function inCall(line: Keying | Live | Mending, event: OfCall, now: Instant): Step {
  const { call } = line;
  switch (event.type) {
    case "up": {
      if (line.at === "live") return stay(line);
      // They are in it, so their ring was not over, and ours is needed no more.
      return [{ at: "live", ...heldBy({ ...line, instead: undefined }), since: now }, withdrawn(line)];
    }
    case "lost":
      return line.at === "mending" ? stay({ ...line, why: event.why }) : mending(line, event.why, now);
    case "hangUp":
      return over(line, "hungUp", now, [
        { type: "sendHangUp", call, why: "hungUp" },
        { type: "record", call, why: "hungUp" },
        ...withdrawn(line),
      ]);
    case "theyHungUp": {
      const record: Effect = { type: "record", call, why: "theyHungUp" };
      if (event.why !== "hungUp" && line.instead !== undefined && now < line.instead.until)
        return ringOn(line.instead, record);
      return over(line, "theyHungUp", now, [record, ...withdrawn(line)]);
    }
    case "handOver": // to the terminal that has it: it is offered to nobody any more
      return stay(offer(line, event.to === line.ours ? undefined : event.to));
    case "take":
      return event.desk === line.ours ? stay(line) : moved(line, event.desk, now);
    case "theyMoved":
      return event.to === line.theirs ? stay(line) : stay(keying({ ...line, theirs: event.to }, now));
    case "answer": // of the terminal that was asked to join; else the second desk to press Answer, or a press repeated
      if (event.desk === line.ours) return stay(line);
      return event.desk === line.offered ? moved(line, event.desk, now) : refuse(line, "ANSWERED_ELSEWHERE");
    case "decline":
      return event.desk === line.offered ? stay(offer(line, undefined)) : refuse(line, "ANSWERED_ELSEWHERE");
    case "receipt":
    case "theyAnswered":
    case "rang":
    case "seen":
      return stay(line);
  }
  return event satisfies never;
}

/** Our own ring again, which theirs had crossed: theirs was over before our answer came. */
function ringOn({ call, by, until }: Crossed, record: Effect): Step {
  const calling: Calling = { at: "ringing", side: "calling", call, ours: by, reach: "sent", until };
  // Once more, since whoever rang too may have heard the first one and let it pass.
  return [calling, [record, { type: "sendRing", call, by }]];
}

/** The end of a call is that of the ring that it took the place of: the far side may ring for that by now. */
const withdrawn = ({ instead }: InCall): readonly Effect[] =>
  instead === undefined ? [] : [{ type: "sendHangUp", call: instead.call, why: "cancelled" }];

const receipt = (
  call: string,
  kind: (Effect & { type: "sendReceipt" })["kind"],
  terminal: string | null = null,
): Effect => ({
  type: "sendReceipt",
  call,
  kind,
  terminal,
});

const missed = (line: Called, why: EndReason): Effect => ({
  type: "noteMissed",
  call: line.call,
  by: line.theirs,
  why,
});

const reaches: readonly Reach[] = ["sent", "delivered", "rang", "seen", "answered"];
const further = (a: Reach, b: Reach): Reach => (reaches.indexOf(a) >= reaches.indexOf(b) ? a : b);

type Ends = Pick<Keying, "call" | "side" | "ours" | "theirs" | "instead">;

function answered(ends: Ends, now: Instant, effects: readonly Effect[]): Step {
  return [{ at: "keying", ...ends, answered: now, until: after(now, keyingLasts) }, effects];
}

type InCall = Keying | Live | Mending;

/** What is true of an answered call whether it is seen just now or not. */
function heldBy({ call, side, ours, theirs, answered: at, offered, instead }: InCall) {
  return {
    call,
    side,
    ours,
    theirs,
    answered: at,
    ...(offered === undefined ? {} : { offered }),
    ...(instead === undefined ? {} : { instead }),
  };
}

function keying(line: InCall, now: Instant): Keying {
  return { at: "keying", ...heldBy(line), until: after(now, keyingLasts) };
}

function mending(line: Keying | Live, why: Mending["why"], now: Instant): Step {
  const until = after(now, mendingPause(1));
  return [
    { at: "mending", ...heldBy(line), why, lost: now, attempt: 1, until },
    [{ type: "mend", call: line.call, attempt: 1 }],
  ];
}

/** The same call with nobody asked to join it, or `to`. */
function offer<L extends InCall>(line: L, to: string | undefined): L {
  if (line.offered === to) return line;
  const { offered: _, ...rest } = line;
  return (to === undefined ? rest : { ...rest, offered: to }) as L;
}

/** Our person is at another terminal from now on. */
const moved = (line: InCall, to: string, now: Instant): Step => [
  keying(offer({ ...line, ours: to }, undefined), now),
  [{ type: "sendMoved", call: line.call, to }],
];

function over(
  line: Exclude<Line, { at: "idle" | "ended" }>,
  why: EndReason,
  now: Instant,
  effects: readonly Effect[],
): Step {
  const at = line.at === "ringing" ? null : line.answered;
  const ended: Ended = {
    at: "ended",
    call: line.call,
    side: line.side,
    why,
    ...("ours" in line ? { held: line.ours } : {}),
    answered: at,
    ended: now,
    until: after(now, endedShows),
  };
  return [ended, effects];
}
