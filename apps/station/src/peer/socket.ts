// A WebSocket (RFC 6455) over an accepted TLS session, as the link's connection: binary messages only, bounded, no compression.
// An edge: the one place where `ws` meets the rest. It judges nothing but size and form.
import type { TLSSocket } from "node:tls";
import type { WebSocket } from "ws";
import type { Bytes } from "@parley/base/bytes";
import type { ErrorCode } from "@parley/protocol/errorCodes";
import { bindingBytes, exporterLabel } from "@parley/protocol/peer/hello";
import type { ConnectionEvents, PeerConnection } from "./net.ts";

/**
 * The WebSocket as both ends of a link have it: nothing is compressed or answered by itself, and a connection that was closed
 * with `flush` has 2 s to send the rest.
 */
export const socketSettings = { perMessageDeflate: false, autoPong: false, closeTimeout: 2000 } as const;

/** The 32 bytes that only the two ends of this TLS session can make (RFC 8446 section 7.5). */
export const bindingOf = (tls: TLSSocket): Bytes =>
  new Uint8Array(tls.exportKeyingMaterial(bindingBytes, exporterLabel, Buffer.alloc(0)));

/** Why a socket broke, in the table's words. */
export function codeOfError(error: NodeJS.ErrnoException): ErrorCode {
  switch (error.code) {
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
      return "PEER_UNREACHABLE";
    case "ETIMEDOUT":
      return "PEER_TIMED_OUT";
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
      return "MESSAGE_TOO_LARGE";
    default:
      if (error.code?.startsWith("ERR_SSL_") === true) return "PEER_TLS_REFUSED";
      return error.code?.startsWith("WS_ERR_") === true ? "PEER_BROKE_RULES" : "PEER_LOST";
  }
}

/**
 * The connection over `socket`, whose `tls` is secure and whose far end holds `key`. `admitted` is called once, when the owner
 * admits the far end.
 */
export function connectionOver(socket: WebSocket, tls: TLSSocket, key: Bytes, admitted: () => void): PeerConnection {
  const binding = bindingOf(tls);
  const remote = `${tls.remoteAddress ?? "?"} port ${tls.remotePort ?? 0}`;
  let failure: readonly [ErrorCode, string] = ["PEER_LOST", "closed"];
  const events = (on: ConnectionEvents): void => {
    socket.on("message", (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data)) on.message(new Uint8Array(data));
      else {
        failure = ["PEER_BROKE_RULES", "a text message"];
        tls.destroy();
      }
    });
    socket.on("error", (error) => {
      failure = [codeOfError(error), error.message];
    });
    socket.on("close", () => {
      on.closed(...failure);
    });
  };
  return {
    key,
    binding,
    remote,
    start: events,
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(message);
    },
    waiting: () => socket.bufferedAmount,
    admit: admitted,
    close: (how) => {
      if (how === "reset") tls.destroy();
      else socket.close(1000);
    },
  };
}
