// What Parley changes in a session description before it is applied, since no API says it: what the far side's encoder
// shall do. The words in a description steer an encoder, never the seal; a hostile one can spoil a call, not open it.

/** Opus parameters in a description that we apply: constant bit rate and no DTX, so that sizes tell nothing of speech (RFC 7587 section 6.1). */
const opus = { cbr: "1", usedtx: "0", useinbandfec: "1", stereo: "0", minptime: "10", maxaveragebitrate: "64000" };

/** Where Chromium's bandwidth estimate starts, kbit/s; from its default of 300 a 720p picture needs seconds to sharpen. */
const startBitrate = "1800";

const lineEnd = "\r\n";

/** `sdp` with the encoder parameters that both sides use; unknown lines pass untouched. */
export function withEncoderParameters(sdp: string): string {
  const lines = sdp.split(lineEnd);
  const codecOf = new Map<string, string>();
  for (const line of lines) {
    const match = /^a=rtpmap:(\d+) ([A-Za-z0-9-]+)\//.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) codecOf.set(match[1], match[2].toUpperCase());
  }
  return lines
    .map((line) => {
      const match = /^a=fmtp:(\d+) (.*)$/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) return line;
      const codec = codecOf.get(match[1]);
      if (codec === "OPUS") return `a=fmtp:${match[1]} ${merged(match[2], opus)}`;
      if (codec === "VP9" || codec === "VP8") {
        return `a=fmtp:${match[1]} ${merged(match[2], { "x-google-start-bitrate": startBitrate })}`;
      }
      return line;
    })
    .filter((line) => !isAudioLevel(line))
    .join(lineEnd);
}

/**
 * The RTP header extension that tells how loud each packet is (RFC 6464), outside every seal: never negotiated.
 * Lines of feedback for payload types that are no longer offered are left alone here; see `withoutOrphanFeedback`.
 */
const isAudioLevel = (line: string): boolean =>
  line.startsWith("a=extmap:") &&
  (line.includes("urn:ietf:params:rtp-hdrext:ssrc-audio-level") ||
    line.includes("urn:ietf:params:rtp-hdrext:csrc-audio-level"));

/** Without `rtcp-fb` lines of payload types that their m-line does not list: Firefox leaves them in, and Chromium refuses such a description. */
export function withoutOrphanFeedback(sdp: string): string {
  let listed = new Set<string>();
  return sdp
    .split(lineEnd)
    .filter((line) => {
      const media = /^m=\S+ \S+ \S+ (.*)$/.exec(line);
      if (media?.[1] !== undefined) listed = new Set(media[1].split(" "));
      const feedback = /^a=rtcp-fb:(\d+) /.exec(line);
      return feedback?.[1] === undefined || listed.has(feedback[1]);
    })
    .join(lineEnd);
}

function merged(parameters: string, wanted: Readonly<Record<string, string>>): string {
  const kept = parameters
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "" && !((part.split("=")[0] as string) in wanted));
  return [...kept, ...Object.entries(wanted).map(([key, value]) => `${key}=${value}`)].join(";");
}
