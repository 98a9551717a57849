// What the browser's statistics say of a path and of what went over it (W3C webrtc-stats section 8), as the numbers of a drill's
// report. Pure: two reports and the time between them in, numbers out; null for what they do not tell.
import type { Ms } from "@parley/base/time";
import { type Entry, chosenPair } from "./route.ts";

export type Flow = { readonly packets: number; readonly frames: number };

export type PathNumbers = {
  readonly roundTrip: number | null;
  readonly lost: number | null;
  readonly jitter: number | null;
  readonly couldSend: number | null;
  readonly sent: number | null;
  readonly received: number | null;
  readonly codec: string;
  readonly out: { readonly picture: Flow; readonly sound: Flow };
  readonly in: { readonly picture: Flow & { readonly decoded: number }; readonly sound: Flow };
};

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

const all = (report: readonly unknown[], type: string): readonly Entry[] =>
  (report as readonly Entry[]).filter((it) => it.type === type);

const sum = (entries: readonly Entry[], field: string): number =>
  entries.reduce((total, it) => total + number(it[field]), 0);

/** `before` is an earlier report, `lasted` before `now`; rates are means between the two. */
export function pathNumbersOf(before: readonly unknown[], now: readonly unknown[], lasted: Ms): PathNumbers {
  const ofKind = (type: string, kind: string): readonly Entry[] => all(now, type).filter((it) => it["kind"] === kind);
  const flowOut = (kind: string): Flow => {
    const entries = ofKind("outbound-rtp", kind);
    return { packets: sum(entries, "packetsSent"), frames: sum(entries, "framesSent") };
  };
  const flowIn = (kind: string): Flow & { readonly decoded: number } => {
    const entries = ofKind("inbound-rtp", kind);
    return {
      packets: sum(entries, "packetsReceived"),
      frames: sum(entries, "framesReceived"),
      decoded: sum(entries, "framesDecoded"),
    };
  };
  const inbound = all(now, "inbound-rtp");
  const [lost, arrived] = [Math.max(0, sum(inbound, "packetsLost")), sum(inbound, "packetsReceived")];
  const pair = chosenPair(new Map((now as readonly Entry[]).map((it) => [it.id, it])));
  const seconds = lasted / 1000;
  const rate = (type: string, field: string): number | null =>
    seconds <= 0
      ? null
      : Math.max(0, Math.round(((sum(all(now, type), field) - sum(all(before, type), field)) * 8) / seconds));
  const roundTrip = pair?.["currentRoundTripTime"];
  const couldSend = pair?.["availableOutgoingBitrate"];
  const pictured = ofKind("inbound-rtp", "video").find((it) => number(it["framesDecoded"]) > 0);
  const codec = all(now, "codec").find(({ id }) => id === pictured?.["codecId"]);
  const jitters = inbound.map((it) => number(it["jitter"]));
  return {
    roundTrip: typeof roundTrip === "number" ? Math.round(roundTrip * 1e6) : null,
    lost: lost + arrived === 0 ? null : Math.round((lost * 10_000) / (lost + arrived)),
    jitter: jitters.length === 0 ? null : Math.round(Math.max(...jitters) * 1e6),
    couldSend: typeof couldSend === "number" ? Math.round(couldSend) : null,
    sent: rate("outbound-rtp", "bytesSent"),
    received: rate("inbound-rtp", "bytesReceived"),
    codec: typeof codec?.["mimeType"] === "string" ? codec["mimeType"].slice(0, 40) : "",
    out: { picture: flowOut("video"), sound: flowOut("audio") },
    in: { picture: flowIn("video"), sound: flowIn("audio") },
  };
}
