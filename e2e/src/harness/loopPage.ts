// A page that calls itself: two peer connections in one document, for testing the harness without the product.
import { createServer } from "node:http";

/** `loop(codec, kbps, scale)` opens camera and microphone and shows what came through the encoder as the remote side's. */
const page = `<!doctype html><meta charset="utf-8"><title>loop</title>
<button data-act="start">Start</button><video data-stream="remote" autoplay muted playsinline width="640"></video>
<audio data-stream="remote" autoplay></audio>
<script>
async function loop(codec, kbps, scale) {
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = (e) => e.candidate && b.addIceCandidate(e.candidate);
  b.onicecandidate = (e) => e.candidate && a.addIceCandidate(e.candidate);
  b.ontrack = (e) => { document.querySelector(e.track.kind).srcObject = new MediaStream([e.track]); };
  const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const video = a.addTransceiver(stream.getVideoTracks()[0], { direction: "sendonly",
    sendEncodings: [{ maxBitrate: kbps * 1000, scaleResolutionDownBy: scale }] });
  a.addTransceiver(stream.getAudioTracks()[0], { direction: "sendonly" });
  const codecs = RTCRtpReceiver.getCapabilities("video").codecs;
  video.setCodecPreferences(codecs.filter((c) => c.mimeType === "video/" + codec || c.mimeType === "video/rtx"));
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
}
</script>`;

export type LoopServer = { readonly port: number; readonly origin: string; close(): Promise<void> };

/** Serves the page on a free port of `address`; `headers` go with it. */
export function serveLoopPage(
  address = "127.0.0.1",
  headers: Readonly<Record<string, string>> = {},
): Promise<LoopServer> {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end(request.url === "/favicon.ico" ? "" : page);
  });
  return new Promise((resolve) => {
    server.listen(0, address, () => {
      const at = server.address();
      const port = typeof at === "object" && at !== null ? at.port : 0;
      const close = () => new Promise<void>((closed) => void server.close(() => closed()));
      resolve({ port, origin: `http://localhost:${port}`, close });
    });
  });
}
