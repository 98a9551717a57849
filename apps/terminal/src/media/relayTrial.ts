// Whether this browser can have a relayed way at all: a connection to nobody, for which it may gather nothing but relayed candidates.
// A call that finds a direct path stops looking for a relayed one, so its statistics do not tell. Every server is tried alone,
// since one that answers would hide one that does not.
import type { Clock, Ms } from "@parley/base/time";

/** How the relays answered: `udpSilent` when only those over UDP did not. */
export type RelaysFound = "none" | "all" | "udpSilent" | "silent";

async function tryOne(server: RTCIceServer, clock: Clock, within: Ms): Promise<boolean> {
  const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: "relay" });
  try {
    const answered = new Promise<boolean>((resolve) => {
      clock.wait(within, () => resolve(false));
      connection.onicecandidate = ({ candidate }) => {
        if (candidate === null)
          resolve(false); // it has looked everywhere
        else if (candidate.type === "relay") resolve(true);
      };
    });
    connection.createDataChannel("trial");
    await connection.setLocalDescription(await connection.createOffer());
    return await answered;
  } catch {
    return false; // an address that the browser does not take for a relay's
  } finally {
    connection.close();
  }
}

/** Tries each address of each server, which `within` may take. `none` where there is nothing to try. */
export async function tryRelays(servers: readonly RTCIceServer[], clock: Clock, within: Ms): Promise<RelaysFound> {
  const each = servers.flatMap((server) => [server.urls].flat().map((url) => ({ ...server, urls: [url] })));
  if (each.length === 0) return "none";
  const answers = await Promise.all(each.map((server) => tryOne(server, clock, within)));
  const silent = each.flatMap(({ urls: [url = ""] }, i) => (answers[i] === true ? [] : [url]));
  if (silent.length === 0) return "all";
  const onlyUdp = silent.length < each.length && silent.every((url) => !/transport=tcp|^turns:/.test(url));
  return onlyUdp ? "udpSilent" : "silent";
}
