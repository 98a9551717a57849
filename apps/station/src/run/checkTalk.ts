// What checks say between stations ([CK4]-[CK7] of docs/spec/check.md): asks the far station for its clock and what it says of
// itself, answers the same for it, and passes on what either then found at the other's ports. An ask waits for nothing and nobody:
// it goes only over a line that is up, and an old one is not answered.
import { type Bytes, equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Clock, type Instant, type Ms, seconds } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import {
  type CheckPayload,
  type SeenPlace,
  type StationReport,
  type StationSeen,
  decodeCheck,
  encodeCheck,
} from "@parley/protocol/peer/check";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { twoWayOf } from "@parley/drill/checkClock";
import type { TwoWay } from "@parley/drill/checkFacts";
import { allowance } from "../peer/allowance.ts";
import type { PeerLink } from "../peer/peerLink.ts";

export type Answer = { readonly time: TwoWay; readonly report: StationReport };

export type CheckTalk = {
  /** What the far station says of itself; null where it does not answer in time. */
  readonly ask: (link: PeerLink) => Promise<Answer | null>;
  /** Tells it how its ports look from here. */
  readonly tell: (link: PeerLink, places: readonly SeenPlace[], station: StationSeen) => void;
  /** A check's payload that arrived on `link`, `age` after it was written. */
  readonly heard: (link: PeerLink, payload: Bytes, age: Ms) => void;
  readonly stop: () => void;
};

export type CheckTalkOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** What we say of ourselves on this link at that moment of the asker's clock. */
  readonly report: (link: IdText, at: Instant) => StationReport;
  /** They have looked at our ports. */
  readonly onSeen: (link: IdText, places: readonly SeenPlace[], station: StationSeen) => void;
  readonly onError: (error: ParleyError) => void;
};

const answerWithin = seconds(20);
const staleAfter = seconds(20);
/** Asks of one link in a minute that are answered. */
const asksAMinute = 6;

export function checkTalk(options: CheckTalkOptions): CheckTalk {
  const { clock, random } = options;
  type Waiting = { readonly link: PeerLink; readonly done: (answer: Answer | null) => void; readonly at: Instant };
  const asked = new Map<string, Waiting>();
  const allowances = new Map<IdText, () => boolean>();

  const send = (link: PeerLink, it: CheckPayload): void => {
    if (link.status().at !== "connected") return;
    void link.send(payloadKinds.check, encodeCheck(it)).then((sent) => {
      if (!sent.ok) options.onError(sent.error);
    });
  };

  const mayAnswer = (link: IdText): boolean => {
    const one = allowances.get(link) ?? allowance(asksAMinute, clock);
    allowances.set(link, one);
    return one();
  };

  const answer = (link: PeerLink, { id, at }: CheckPayload & { type: "ask" }): void => {
    const heard = clock.now();
    if (!mayAnswer(idText(link.id))) return;
    const report = options.report(idText(link.id), at);
    send(link, { type: "answer", id, heard, said: clock.now(), report });
  };

  const take = (link: PeerLink, { id, heard, said, report }: CheckPayload & { type: "answer" }): void => {
    const waiting = asked.get(idText(id));
    if (waiting === undefined || !equal(waiting.link.id, link.id)) return;
    waiting.done({ time: twoWayOf(waiting.at, heard, said, clock.now()), report });
  };

  return {
    ask: (link) =>
      new Promise((resolve) => {
        const id = random(16);
        const key = idText(id);
        const stop = clock.wait(answerWithin, () => settle(null));
        const settle = (it: Answer | null): void => {
          stop();
          asked.delete(key);
          resolve(it);
        };
        const at = clock.now();
        asked.set(key, { link, done: settle, at });
        send(link, { type: "ask", id, at });
      }),
    tell: (link, places, station) => send(link, { type: "seen", id: random(16), places, station }),
    heard: (link, payload, age) => {
      const read = decodeCheck(payload);
      if (!read.ok) return options.onError(read.error);
      const it = read.value;
      switch (it.type) {
        case "ask":
          if (age < staleAfter) answer(link, it);
          return;
        case "answer":
          return take(link, it);
        case "seen":
          if (age < staleAfter) options.onSeen(idText(link.id), it.places, it.station);
          return;
      }
      it satisfies never;
    },
    stop: () => {
      for (const { done } of asked.values()) done(null);
    },
  };
}
