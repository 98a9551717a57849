import { ms } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { pathNumbersOf } from "./pathNumbers.ts";

const report = (times: number) => [
  { type: "transport", id: "T", selectedCandidatePairId: "P2" },
  { type: "candidate-pair", id: "P1", currentRoundTripTime: 9, availableOutgoingBitrate: 1 },
  { type: "candidate-pair", id: "P2", currentRoundTripTime: 0.0031, availableOutgoingBitrate: 1_200_000 },
  { type: "codec", id: "C", mimeType: "video/VP9" },
  {
    type: "outbound-rtp",
    id: "OV",
    kind: "video",
    packetsSent: 90 * times,
    framesSent: 30 * times,
    bytesSent: 100_000 * times,
  },
  { type: "outbound-rtp", id: "OA", kind: "audio", packetsSent: 50 * times, bytesSent: 8000 * times },
  {
    type: "inbound-rtp",
    id: "IV",
    kind: "video",
    codecId: "C",
    packetsReceived: 98 * times,
    packetsLost: 2 * times,
    framesReceived: 30 * times,
    framesDecoded: 29 * times,
    bytesReceived: 50_000 * times,
    jitter: 0.004,
  },
  {
    type: "inbound-rtp",
    id: "IA",
    kind: "audio",
    packetsReceived: 50 * times,
    packetsLost: 0,
    bytesReceived: 8000 * times,
    jitter: 0.002,
  },
];

describe("the numbers of a path", () => {
  it("are those of the pair in use, with rates between two reports and losses from the beginning", () => {
    expect(pathNumbersOf(report(1), report(3), ms(2000))).toEqual({
      roundTrip: 3100,
      couldSend: 1_200_000,
      lost: 133,
      jitter: 4000,
      sent: 864_000,
      received: 464_000,
      codec: "video/VP9",
      out: { picture: { packets: 270, frames: 90 }, sound: { packets: 150, frames: 0 } },
      in: { picture: { packets: 294, frames: 90, decoded: 87 }, sound: { packets: 150, frames: 0, decoded: 0 } },
    });
  });

  it("say nothing where the report says nothing", () => {
    const none = pathNumbersOf([], [], ms(0));
    expect(none).toMatchObject({
      roundTrip: null,
      couldSend: null,
      lost: null,
      jitter: null,
      sent: null,
      received: null,
      codec: "",
    });
    expect(none.out.picture).toEqual({ packets: 0, frames: 0 });
  });
});
