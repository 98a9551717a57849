// Calling another station: the same TLS profile as the door's, the key looked at as soon as the session is secure, and the
// WebSocket only then. Carries [LK13]-[LK16]. An edge of this folder. Every stage has one deadline together.
import { isIP } from "node:net";
import { type TLSSocket, connect } from "node:tls";
import { WebSocket } from "ws";
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, seconds } from "@parley/base/time";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxHelloBytes, maxPairingMessageBytes } from "@parley/protocol/limits";
import { linkPath, maxLinkFrameBytes, pairPath } from "@parley/protocol/peer/hello";
import { tlsProfile } from "./accept.ts";
import type { Address, PeerConnection, PeerNet, Purpose, Standing } from "./net.ts";
import { type Pacer, pacer } from "./pacer.ts";
import { codeOfError, connectionOver, socketSettings } from "./socket.ts";
import { keyOfCertificate, type PeerIdentity } from "./tlsIdentity.ts";

/** From the first packet to the open WebSocket: three round trips of a bad satellite path, and a busy far end. */
const dialWithin = seconds(15);

/** Dials begun in one turn of the event loop: a station with many links starts without a storm, and none waits for another's path. */
const dialsATurn = 4;

export type Dialler = PeerNet["dial"];

/** A dialler that shows `identity()`. */
export function dialler(identity: () => PeerIdentity, clock: Clock, pace: Pacer = pacer(dialsATurn)): Dialler {
  return (address, purpose, standing, done) => {
    let cancelled = false;
    let stop: Cancel = pace(() => {
      stop = dialOnce(address, purpose, identity(), clock, standing, (outcome) => {
        if (!cancelled) done(outcome);
      });
    });
    return () => {
      cancelled = true;
      stop();
    };
  };
}

/** Dials at once. Calls back once, never before it returns, also when cancelled. */
function dialOnce(
  address: Address,
  purpose: Purpose,
  identity: PeerIdentity,
  clock: Clock,
  standing: (key: Bytes) => Standing,
  done: (outcome: Result<PeerConnection, ParleyError>) => void,
): Cancel {
  let settled = false;
  const tls: TLSSocket = connect({
    ...tlsProfile(identity),
    host: address.host,
    port: address.port,
    // The name says nothing about who answers, and an IP address may not stand here (RFC 6066 section 3).
    servername: isIP(address.host) === 0 ? address.host : "",
  });
  tls.setNoDelay(true);

  const settle = (outcome: Result<PeerConnection, ParleyError>): void => {
    if (settled) return;
    settled = true;
    stopWaiting();
    if (!outcome.ok) tls.destroy();
    done(outcome);
  };
  const refuse = (code: ErrorCode, detail: string): void => settle(fail(problem(code, detail)));
  const stopWaiting = clock.wait(dialWithin, () => refuse("PEER_TIMED_OUT", `${address.host} port ${address.port}`));

  tls.on("error", (error: NodeJS.ErrnoException) => refuse(codeOfError(error), error.message));
  tls.on("close", () => refuse("PEER_LOST", "closed before it was open"));
  tls.on("secureConnect", () => {
    const key = keyOfCertificate(tls.getPeerX509Certificate());
    const group = tls.getEphemeralKeyInfo();
    if (key === null) return refuse("PEER_CERTIFICATE_REFUSED", "no well-formed Ed25519 certificate");
    if (group === null || !("name" in group) || group.name !== "X25519MLKEM768")
      return refuse("PEER_TLS_REFUSED", "another group than X25519MLKEM768");
    const stands = standing(key);
    if (stands === "refused") return refuse("PEER_KEY_UNKNOWN", "that key is cut off");
    open(key, stands);
  });

  const open = (key: Bytes, stands: Standing): void => {
    const known = purpose === "link" && stands === "known";
    const socket = new WebSocket(`ws://station${purpose === "link" ? linkPath : pairPath}`, {
      ...socketSettings,
      createConnection: () => tls,
      maxPayload: purpose === "pair" ? maxPairingMessageBytes : known ? maxLinkFrameBytes : maxHelloBytes,
      followRedirects: false,
    });
    socket.on("error", (error) => refuse(codeOfError(error), error.message));
    socket.on("open", () => {
      if (settled) socket.terminate();
      else settle(ok(connectionOver(socket, tls, key, () => undefined)));
    });
  };
  return () => refuse("PEER_CLOSED", "cancelled");
}
