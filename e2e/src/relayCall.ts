// A bare call of two pages through a relay, for the tests of TURN: fake camera and microphone, no Parley in between, so that
// what fails is the relay or the browser. Each page keeps its connection and its facts under `relayCall`.
import type { Page } from "playwright-core";

export type IceServers = readonly { readonly urls: string[]; readonly username: string; readonly credential: string }[];

export type Facts = {
  /** The candidate lines this page gave out, and its whole local description. */
  readonly candidates: readonly string[];
  readonly description: string;
  readonly errors: readonly string[];
  readonly framesDecoded: number;
  readonly audioEnergy: number;
  /** The pair in use: types and the transport to the relay. */
  readonly local: string;
  readonly remote: string;
  readonly relayProtocol: string;
  /** The relayed port in use on this side. */
  readonly localPort: number;
  /** The longest time between two pictures since `mark`, milliseconds. */
  readonly longestGap: number;
};

type RelayCall = {
  readonly connection: RTCPeerConnection;
  readonly facts: () => Promise<Facts>;
  readonly gathered: () => Promise<string>;
  mark: () => void;
};

declare global {
  interface Window {
    relayCall: RelayCall;
  }
}

/** Opens camera, microphone and a connection in a page; `policy` "all" is the control that shows what "relay" hides. */
export async function prepare(page: Page, servers: IceServers, policy: RTCIceTransportPolicy): Promise<void> {
  await page.evaluate(
    async (given) => {
      const connection = new RTCPeerConnection({
        iceServers: given.servers.map((server) => ({ ...server })),
        iceTransportPolicy: given.policy,
      });
      const media = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 }, audio: true });
      const candidates: string[] = [];
      const errors: string[] = [];
      let last = 0;
      let longestGap = 0;
      connection.onicecandidate = ({ candidate }) => candidate !== null && candidates.push(candidate.candidate);
      connection.onicecandidateerror = (event) => errors.push(`${event.errorCode} ${event.errorText}`);
      connection.ontrack = ({ track }) => {
        const element = document.createElement(track.kind);
        if (!(element instanceof HTMLMediaElement)) return;
        element.srcObject = new MediaStream([track]);
        element.autoplay = true;
        document.body.append(element);
        if (!(element instanceof HTMLVideoElement)) return;
        const seen = (now: number) => {
          if (last > 0) longestGap = Math.max(longestGap, now - last);
          last = now;
          element.requestVideoFrameCallback(seen);
        };
        element.requestVideoFrameCallback(seen);
      };
      for (const track of media.getTracks()) connection.addTrack(track, media);
      window.relayCall = {
        connection,
        mark: () => {
          longestGap = 0;
          last = performance.now();
        },
        gathered: async () => {
          if (connection.iceGatheringState !== "complete")
            await new Promise<void>((resolve) => {
              connection.onicegatheringstatechange = () => {
                if (connection.iceGatheringState === "complete") resolve();
              };
            });
          return connection.localDescription?.sdp ?? "";
        },
        facts: async () => {
          const stats = [...(await connection.getStats()).values()] as Record<string, unknown>[];
          const find = (holds: (entry: Record<string, unknown>) => boolean) => stats.find(holds) ?? {};
          const inbound = (kind: string) => find(({ type, kind: k }) => type === "inbound-rtp" && k === kind);
          const transport = find(({ type }) => type === "transport");
          const pair = find(({ id }) => id === transport["selectedCandidatePairId"]);
          const local = find(({ id }) => id === pair["localCandidateId"]);
          const remote = find(({ id }) => id === pair["remoteCandidateId"]);
          return {
            candidates,
            description: connection.localDescription?.sdp ?? "",
            errors,
            framesDecoded: Number(inbound("video")["framesDecoded"] ?? 0),
            audioEnergy: Number(inbound("audio")["totalAudioEnergy"] ?? 0),
            local: String(local["candidateType"]),
            remote: String(remote["candidateType"]),
            relayProtocol: String(local["relayProtocol"]),
            localPort: Number(local["port"]),
            longestGap: Math.max(longestGap, last > 0 ? performance.now() - last : 0),
          };
        },
      };
    },
    { servers, policy },
  );
}

const offer = (page: Page, iceRestart: boolean) =>
  page.evaluate(async (restart) => {
    const { connection, gathered } = window.relayCall;
    await connection.setLocalDescription(await connection.createOffer({ iceRestart: restart }));
    return gathered();
  }, iceRestart);

const answer = (page: Page, offered: string) =>
  page.evaluate(async (sdp) => {
    const { connection, gathered } = window.relayCall;
    await connection.setRemoteDescription({ type: "offer", sdp });
    await connection.setLocalDescription(await connection.createAnswer());
    return gathered();
  }, offered);

const accept = (page: Page, answered: string) =>
  page.evaluate((sdp) => window.relayCall.connection.setRemoteDescription({ type: "answer", sdp }), answered);

/** One round of offer and answer, each with all its candidates; `restart` begins ICE anew inside the call. */
export async function negotiate(one: Page, two: Page, restart = false): Promise<void> {
  await accept(one, await answer(two, await offer(one, restart)));
}

/** Gathers candidates alone, to nobody. */
export const gather = (page: Page): Promise<string> => offer(page, false);

export const facts = (page: Page): Promise<Facts> => page.evaluate(() => window.relayCall.facts());
export const mark = (page: Page): Promise<void> => page.evaluate(() => window.relayCall.mark());

/** Sets other servers, as a renewal of credentials does. */
export const setServers = (page: Page, servers: IceServers): Promise<void> =>
  page.evaluate((next) => {
    const { connection } = window.relayCall;
    const iceServers = next.map((server) => ({ ...server }));
    connection.setConfiguration({ ...connection.getConfiguration(), iceServers });
  }, servers);
