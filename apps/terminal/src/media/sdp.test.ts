import { describe, expect, it } from "vitest";
import { withEncoderParameters, withoutOrphanFeedback } from "./sdp.ts";

const sdp = [
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1",
  "m=video 9 UDP/TLS/RTP/SAVPF 98 99",
  "a=rtpmap:98 VP9/90000",
  "a=fmtp:98 profile-id=0",
  "a=rtcp-fb:98 nack",
  "a=rtcp-fb:120 nack",
  "a=rtpmap:99 rtx/90000",
  "a=fmtp:99 apt=98",
  "",
].join("\r\n");

describe("session descriptions", () => {
  it("ask for constant bit rate without DTX whatever the far side wrote", () => {
    const line = withEncoderParameters(sdp)
      .split("\r\n")
      .find((l) => l.startsWith("a=fmtp:111"));
    expect(line).toBe("a=fmtp:111 cbr=1;usedtx=0;useinbandfec=1;stereo=0;minptime=10;maxaveragebitrate=64000");
  });
  it("never carry the loudness of packets, and keep every other extension", () => {
    const out = withEncoderParameters(sdp);
    expect(out).not.toContain("audio-level");
    expect(out).toContain("transport-wide-cc");
  });
  it("start the estimate high, and leave retransmission alone", () => {
    const out = withEncoderParameters(sdp);
    expect(out).toContain("a=fmtp:98 profile-id=0;x-google-start-bitrate=1800");
    expect(out).toContain("a=fmtp:99 apt=98\r\n");
  });
  it("lose feedback lines of payload types that are not offered, and no others", () => {
    const out = withoutOrphanFeedback(sdp);
    expect(out).not.toContain("a=rtcp-fb:120");
    expect(out).toContain("a=rtcp-fb:98 nack");
  });
});
