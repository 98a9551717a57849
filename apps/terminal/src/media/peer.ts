// One WebRTC connection to one far terminal. It is set up while it rings, carries four sealed streams and one data
// channel, and is mended by restarting ICE. It knows nothing of keys: `seal` and `open` put the transforms in place, and
// a sender or receiver without one is never used. Only the calling terminal offers; the other asks it to.
import { type Stream, kindOf, sourceOf, streams } from "./streams.ts";
import { withEncoderParameters, withoutOrphanFeedback } from "./sdp.ts";

/** What the two ends say to each other to connect; travels signed (crypto/signal). */
export type PathSignal =
  | { readonly type: "offer"; readonly sdp: string }
  | { readonly type: "answer"; readonly sdp: string }
  | { readonly type: "candidate"; readonly candidate: string }
  /** The answering end has lost the path, or the network changed: offer anew with an ICE restart. */
  | { readonly type: "restart" };

/** "notYet": nothing is sent so far; "unable": this browser makes none when a page asks. */
export type KeyFrameAsked = "asked" | "notYet" | "unable";

export type PeerOptions = {
  readonly offers: boolean;
  readonly iceServers: readonly RTCIceServer[];
  readonly relayOnly: boolean;
  readonly seal: (sender: RTCRtpSender, stream: Stream) => void;
  readonly open: (receiver: RTCRtpReceiver, stream: Stream) => void;
  readonly send: (signal: PathSignal) => void;
  /** A track of the far side exists; frames come when they open. */
  readonly onTrack: (stream: Stream, track: MediaStreamTrack) => void;
  readonly onChannel: (state: "open" | "closed") => void;
  readonly onMessage: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly onState: (state: RTCPeerConnectionState) => void;
  /** A description that the browser refused: the path stays as it was, and mending goes on. */
  readonly onFault: (error: unknown) => void;
};

export type Peer = {
  readonly receive: (signal: PathSignal) => Promise<void>;
  /** Puts `track` (or nothing) on the stream; takes effect without a new offer. */
  readonly put: (stream: Stream, track: MediaStreamTrack | null) => Promise<void>;
  /** Has the camera's encoder begin anew with its next picture. */
  readonly beginAnew: () => Promise<KeyFrameAsked>;
  /** Sends no more than so many pictures of the camera a second. */
  readonly pace: (frames: number) => Promise<void>;
  /** Sends our sound at half its rate, or at its whole rate again; nothing happens where that is so already. */
  readonly spare: (sparing: boolean) => Promise<void>;
  /** Sends to the far terminal over the data channel; false when that is not open. */
  readonly tell: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  /** Finds a new path: at once, on evidence of our own. */
  readonly restart: () => void;
  readonly setIceServers: (servers: readonly RTCIceServer[]) => void;
  /** The browser's statistics, entry by entry. */
  readonly report: () => Promise<readonly unknown[]>;
  readonly close: () => void;
};

/** Most the camera may take, bit/s: 720p30 in VP9 at good quality. */
const cameraBitrate = 2_500_000;
const screenBitrate = 3_000_000;

/** Opus at its whole rate, and where the path carries sound alone: still wide-band speech, and packets that a narrow queue holds. */
const soundBitrate = { whole: 64_000, spared: 32_000 };

/** Pictures of the camera a second, in a call. */
export const fullRate = 30;

export function connectPeer(options: PeerOptions): Peer {
  const connection = new RTCPeerConnection({
    iceServers: [...options.iceServers],
    iceTransportPolicy: options.relayOnly ? "relay" : "all",
    bundlePolicy: "max-bundle",
    iceCandidatePoolSize: 0,
  });
  const senders = new Map<Stream, RTCRtpSender>();
  // Negotiated by both ends alike, so it opens with the connection and needs no message of its own.
  const channel = connection.createDataChannel("parley", { negotiated: true, id: 0, ordered: true });
  channel.binaryType = "arraybuffer";
  channel.onopen = () => options.onChannel("open");
  channel.onclose = () => options.onChannel("closed");
  channel.onmessage = (event: MessageEvent) => {
    if (event.data instanceof ArrayBuffer) options.onMessage(new Uint8Array(event.data));
  };

  const sources = { person: new MediaStream(), screen: new MediaStream() };

  const early: RTCIceCandidateInit[] = []; // candidates that came before the description they belong to
  let closed = false;
  let serversNow = JSON.stringify(options.iceServers);
  let sparing = false;

  connection.onicecandidate = ({ candidate }) => {
    if (candidate !== null && candidate.candidate !== "") {
      options.send({ type: "candidate", candidate: JSON.stringify(candidate.toJSON()) });
    }
  };
  connection.onconnectionstatechange = () => options.onState(connection.connectionState);

  const take = (transceiver: RTCRtpTransceiver, stream: Stream): void => {
    // The receiver's transform must stand before the first packet: set later, no frame ever arrives and nothing says so.
    options.open(transceiver.receiver, stream);
    options.seal(transceiver.sender, stream);
    // Named as of one source, so that the far browser plays a person's sound and picture together ([WR5]).
    transceiver.sender.setStreams(sources[sourceOf(stream)]);
    senders.set(stream, transceiver.sender);
    if (kindOf(stream) === "video") preferVideo(transceiver);
    muteLoudness(transceiver);
    options.onTrack(stream, transceiver.receiver.track);
  };

  const offer = async (iceRestart: boolean): Promise<void> => {
    if (closed) return;
    await connection.setLocalDescription(await connection.createOffer({ iceRestart }));
    options.send({ type: "offer", sdp: connection.localDescription?.sdp ?? "" });
  };

  if (options.offers) {
    for (const stream of streams) take(connection.addTransceiver(kindOf(stream), { direction: "sendrecv" }), stream);
  }

  const applyRemote = async (type: "offer" | "answer", sdp: string): Promise<void> => {
    await connection.setRemoteDescription({ type, sdp: withEncoderParameters(withoutOrphanFeedback(sdp)) });
    for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate);
  };

  const limitSound = (): Promise<void> =>
    limit(senders.get("mic"), {
      maxBitrate: sparing ? soundBitrate.spared : soundBitrate.whole,
      priority: "high",
    });

  const shape = async (): Promise<void> => {
    await limitSound();
    await limit(
      senders.get("cam"),
      { maxBitrate: cameraBitrate, priority: "medium", maxFramerate: fullRate },
      "balanced",
    );
    // A screen is read: it may come late, it may not blur.
    await limit(senders.get("screen"), { maxBitrate: screenBitrate, priority: "medium" }, "maintain-resolution");
  };

  const receive = async (signal: PathSignal): Promise<void> => {
    if (closed) return;
    switch (signal.type) {
      case "offer": {
        if (options.offers) return; // only the other way round; anything else is a confused or hostile peer
        await applyRemote("offer", signal.sdp);
        connection.getTransceivers().forEach((transceiver, index) => {
          const stream = streams[index];
          if (stream === undefined || senders.has(stream)) return;
          transceiver.direction = "sendrecv";
          take(transceiver, stream);
        });
        await connection.setLocalDescription(await connection.createAnswer());
        options.send({ type: "answer", sdp: connection.localDescription?.sdp ?? "" });
        return shape();
      }
      case "answer":
        if (!options.offers || connection.signalingState !== "have-local-offer") return;
        await applyRemote("answer", signal.sdp);
        return shape();
      case "candidate": {
        const candidate = JSON.parse(signal.candidate) as RTCIceCandidateInit;
        if (connection.remoteDescription === null) early.push(candidate);
        else await connection.addIceCandidate(candidate).catch(() => undefined); // of an older generation: too late, harmless
        return;
      }
      case "restart":
        if (options.offers) await offer(true);
        return;
    }
    signal satisfies never;
  };

  /** Descriptions and candidates are applied one after the other: each waits for what came before it. */
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => {
      if (!closed) options.onFault(error);
    });
    return turn;
  };

  if (options.offers) void inTurn(() => offer(false));

  return {
    receive: (signal) => inTurn(() => receive(signal)),
    put: async (stream, track) => {
      const sender = senders.get(stream);
      if (sender !== undefined && sender.track !== track) await sender.replaceTrack(track);
    },
    beginAnew: () => beginAnew(senders.get("cam")),
    pace: (frames) => limit(senders.get("cam"), { priority: "medium", maxFramerate: frames }),
    spare: async (asked) => {
      if (asked === sparing) return;
      sparing = asked;
      await limitSound();
    },
    tell: (bytes) => {
      if (channel.readyState !== "open") return false;
      channel.send(bytes);
      return true;
    },
    restart: () => {
      if (options.offers) void inTurn(() => offer(true));
      else options.send({ type: "restart" });
    },
    setIceServers: (servers) => {
      // Said again and again; the browser stops its page for each while it gathers anew.
      const told = JSON.stringify(servers);
      if (told === serversNow) return;
      serversNow = told;
      connection.setConfiguration({ ...connection.getConfiguration(), iceServers: [...servers] });
    },
    report: async () => {
      const entries: unknown[] = [];
      (await connection.getStats()).forEach((entry: unknown) => entries.push(entry));
      return entries;
    },
    close: () => {
      closed = true;
      connection.close();
    },
  };
}

/** VP9 before VP8; nothing that needs bytes in clear inside the frame is offered. */
function preferVideo(transceiver: RTCRtpTransceiver): void {
  const all = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  // Firefox names no profile, and means 0 (RFC 9628 section 6).
  const vp9 = all.filter(
    (codec) => codec.mimeType === "video/VP9" && !/profile-id=[1-9]/.test(codec.sdpFmtpLine ?? ""),
  );
  const vp8 = all.filter((codec) => codec.mimeType === "video/VP8");
  const rtx = all.filter((codec) => codec.mimeType === "video/rtx");
  transceiver.setCodecPreferences([...vp9, ...vp8, ...rtx]);
}

/** Stops the loudness extension where the browser lets a page choose its RTP header extensions; sdp.ts strips it everywhere. */
function muteLoudness(transceiver: RTCRtpTransceiver): void {
  type Extension = { uri: string; direction: string };
  const choosing = transceiver as RTCRtpTransceiver & {
    getHeaderExtensionsToNegotiate?: () => Extension[];
    setHeaderExtensionsToNegotiate?: (extensions: Extension[]) => void;
  };
  const extensions = choosing.getHeaderExtensionsToNegotiate?.();
  if (extensions === undefined) return;
  for (const extension of extensions) if (extension.uri.includes("audio-level")) extension.direction = "stopped";
  choosing.setHeaderExtensionsToNegotiate?.(extensions);
}

async function limit(
  sender: RTCRtpSender | undefined,
  to: Partial<RTCRtpEncodingParameters> & { priority: RTCPriorityType },
  preference?: RTCDegradationPreference,
): Promise<void> {
  if (sender === undefined) return;
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (encoding === undefined) return;
  Object.assign(encoding, to, { networkPriority: to.priority });
  if (preference !== undefined) Object.assign(parameters, { degradationPreference: preference });
  await sender.setParameters(parameters).catch(() => undefined); // a renegotiation has come between: it will be set again then
}

/**
 * By the encoding options of `setParameters` (webrtc-extensions section 9.2), the only way that Chromium 156 has. A browser that knows
 * no such options does not read them, which is how it is told apart.
 */
async function beginAnew(sender: RTCRtpSender | undefined): Promise<KeyFrameAsked> {
  if (sender === undefined) return "notYet";
  let read = false;
  const options = {
    get encodingOptions() {
      read = true;
      return [{ keyFrame: true }];
    },
  };
  type Asking = { setParameters(parameters: RTCRtpSendParameters, how: typeof options): Promise<void> };
  const asking: Asking = sender;
  return asking.setParameters(sender.getParameters(), options).then(
    () => (read ? "asked" : "unable"),
    () => "notYet", // a renegotiation has come between, or no encoding is there yet
  );
}
