// A connection on its way through the three stages of a link's conversation: the first message, then silence while that is
// judged (what comes meanwhile is held, unread and bounded), then frames. Carries [LK6], [LK9], [LK38].
import type { Bytes } from "@parley/base/bytes";
import type { Clock } from "@parley/base/time";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import { maxEnvelopeBytes, maxEnvelopeBytesInFlight } from "@parley/protocol/limits";
import {
  type GoodbyeReason,
  type Hello,
  type LinkFrame,
  type Versions,
  decodeFirstFrame,
  decodeLinkFrame,
  encodeLinkFrame,
} from "@parley/protocol/peer/hello";
import { allowance } from "./allowance.ts";
import type { PeerConnection } from "./net.ts";

/** What the far end may send ahead while its hello is judged: as much as may be on its way anyhow. */
const maxHeldBytes = maxEnvelopeBytesInFlight + maxEnvelopeBytes;
const maxHeldMessages = 64;

/** Pings that a far end may send in a minute; an honest one sends three, and a few more when its network comes and goes. */
const pingsInAMinute = 60;

/** What may wait unsent for a far end that does not read: all that may be on its way, and small frames. */
const maxUnsentBytes = maxEnvelopeBytesInFlight + 4 * maxEnvelopeBytes;

export type ChannelEvents = {
  readonly hello: (hello: Hello) => void;
  readonly frame: (frame: Exclude<LinkFrame, { type: "hello" }>) => void;
  /** The far end broke the rules, or does not read. The owner ends the channel. */
  readonly wrong: (reason: GoodbyeReason, code: ErrorCode, detail: string) => void;
  readonly closed: (code: ErrorCode, detail: string) => void;
};

type Stage =
  | { readonly at: "first" }
  | { readonly at: "held"; readonly messages: Bytes[]; bytes: number }
  | { readonly at: "open" }
  | { readonly at: "ended" };

export type Channel = {
  readonly connection: PeerConnection;
  /** Who hears of it from now on. */
  readonly tell: (events: ChannelEvents) => void;
  readonly say: (frame: LinkFrame) => void;
  /** Frames are read from now on, those that were held first. */
  readonly open: () => void;
  /** Says goodbye where there is a reason to give, and lets go; nothing is told after it. */
  readonly end: (reason: GoodbyeReason | null) => void;
};

/** Takes over `connection`, which has not been started, for a station that speaks `versions`. */
export function channelOver(
  connection: PeerConnection,
  versions: Versions,
  clock: Clock,
  first: ChannelEvents,
): Channel {
  const mayPing = allowance(pingsInAMinute, clock);
  let events = first;
  let stage: Stage = { at: "first" };

  const read = (bytes: Bytes): void => {
    const frame = decodeLinkFrame(bytes);
    if (!frame.ok) events.wrong("malformed", "MESSAGE_MALFORMED", frame.error.reason);
    else if (frame.value.type === "hello") events.wrong("malformed", "PEER_BROKE_RULES", "a second hello");
    else if (frame.value.type === "ping" && !mayPing()) events.wrong("flooded", "PEER_BROKE_RULES", "too many pings");
    else events.frame(frame.value);
  };

  const message = (bytes: Bytes): void => {
    switch (stage.at) {
      case "first": {
        const frame = decodeFirstFrame(bytes);
        if (!frame.ok) return events.wrong("malformed", "MESSAGE_MALFORMED", frame.error.reason);
        stage = { at: "held", messages: [], bytes: 0 };
        return frame.value.type === "hello" ? events.hello(frame.value) : events.frame(frame.value);
      }
      case "held":
        stage.messages.push(bytes);
        stage.bytes += bytes.length;
        if (stage.messages.length > maxHeldMessages || stage.bytes > maxHeldBytes)
          events.wrong("flooded", "PEER_BROKE_RULES", "spoke on before it was answered");
        return;
      case "open":
        return read(bytes);
      case "ended":
        return;
      default:
        return stage satisfies never;
    }
  };

  connection.start({
    message,
    closed: (code, detail) => {
      if (stage.at === "ended") return;
      stage = { at: "ended" };
      events.closed(code, detail);
    },
  });

  return {
    connection,
    tell: (next) => {
      events = next;
    },
    say: (frame) => {
      if (stage.at === "ended") return;
      if (connection.waiting() > maxUnsentBytes) events.wrong("slow", "PEER_SLOW", "does not read");
      else connection.send(encodeLinkFrame(frame));
    },
    open: () => {
      if (stage.at !== "held") return;
      const { messages } = stage;
      stage = { at: "open" };
      for (const bytes of messages) message(bytes);
    },
    end: (reason) => {
      if (stage.at === "ended") return;
      stage = { at: "ended" };
      if (reason === null || reason === "slow" || reason === "silent") connection.close("reset");
      else {
        connection.send(encodeLinkFrame({ type: "goodbye", ...versions, reason }));
        connection.close("flush");
      }
    },
  };
}
