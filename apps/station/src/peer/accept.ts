// The door of a station: TLS 1.3 with X25519MLKEM768 alone, a certificate from whoever comes, and a WebSocket behind it.
// Carries [LK13]-[LK21]. A key is looked at in `secureConnection`, before a byte of HTTP is read; a stranger's goes as far as
// one bounded message. An edge of this folder.
import { constants } from "node:crypto";
import { type Server, createServer } from "node:https";
import { type Socket, createServer as createTcpServer } from "node:net";
import type { Duplex } from "node:stream";
import { type SecureContextOptions, TLSSocket } from "node:tls";
import { type WebSocket, WebSocketServer } from "ws";
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxHelloBytes, maxPairingMessageBytes } from "@parley/protocol/limits";
import { linkPath, maxLinkFrameBytes, pairPath } from "@parley/protocol/peer/hello";
import { allowance } from "./allowance.ts";
import { type HalfOpen, halfOpen } from "./halfOpen.ts";
import type { Door, Listening, Purpose } from "./net.ts";
import { networkOf } from "./networkOf.ts";
import { pacer } from "./pacer.ts";
import { connectionOver, socketSettings } from "./socket.ts";
import { keyOfCertificate, type PeerIdentity } from "./tlsIdentity.ts";

/** Bounds of the door; every one is chosen, for a station of some thousand links on a small machine. */
export type DoorBounds = {
  /** Connections whose far end is not proven yet, of any kind. */
  readonly halfOpen: number;
  /** Of those, the ones whose key is unknown. */
  readonly strangers: number;
  /** From TCP to a verified first message. */
  readonly patience: ReturnType<typeof seconds>;
  /** Pairing connections of one network in a minute, and of all. */
  readonly pairingsOfOne: number;
  readonly pairingsOfAll: number;
};

export const usualBounds: DoorBounds = {
  halfOpen: 1024,
  strangers: 64,
  patience: seconds(15),
  pairingsOfOne: 10,
  pairingsOfAll: 60,
};

/** The one TLS profile of the link, for both ends: nothing to negotiate, nothing to resume. */
export const tlsProfile = (identity: PeerIdentity): SecureContextOptions & { rejectUnauthorized: boolean } => ({
  key: identity.privateKeyPem,
  cert: identity.certificatePem,
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  ecdhCurve: "X25519MLKEM768",
  sigalgs: "ed25519",
  // Certificates are pinned, not issued: `keyOfCertificate` and the hello judge them.
  rejectUnauthorized: false,
});

/** The door's side of it: no tickets, and a check in `secureConnection`, since a resumed session shows the client no certificate. */
const serverProfile = (identity: PeerIdentity): SecureContextOptions => ({
  ...tlsProfile(identity),
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** Handshakes begun in one turn of the event loop, each 0.6 ms of work: chosen. */
const handshakesATurn = 4;

/** How long a closing door waits for goodbyes to leave: chosen. */
const lingerFor = seconds(1);

type Caller = {
  readonly key: Bytes;
  readonly known: boolean;
  readonly address: string;
  readonly leave: readonly Cancel[];
};

const endOf = (socket: Socket): string => `${socket.remoteAddress ?? ""} ${socket.remotePort ?? 0}`;

export type AcceptOptions = {
  readonly host: string;
  readonly port: number;
  readonly identity: PeerIdentity;
  readonly bounds: DoorBounds;
  readonly clock: Clock;
};

export type Accepting = Listening & {
  /** From the next connection on, the station shows this. */
  readonly adopt: (identity: PeerIdentity) => void;
};

const webSocketOf = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({ ...socketSettings, noServer: true, maxPayload, clientTracking: false });

/** Listens until closed. Refuses, with a code, an address that cannot be listened on. */
export function accept(options: AcceptOptions, door: Door): Promise<Result<Accepting, ParleyError>> {
  const { bounds, clock } = options;
  const room: HalfOpen = halfOpen(bounds.halfOpen, bounds.patience, clock);
  const strangers: HalfOpen = halfOpen(bounds.strangers, bounds.patience, clock);
  const open = new Set<Socket>();
  const arriving = new Map<string, Cancel>();
  const callers = new WeakMap<Duplex, Caller>();
  const pairings = pairingLimit(bounds, clock);
  const sockets = {
    known: webSocketOf(maxLinkFrameBytes),
    stranger: webSocketOf(maxHelloBytes),
    pair: webSocketOf(maxPairingMessageBytes),
  };

  const pace = pacer(handshakesATurn);
  const server: Server = createServer({
    ...serverProfile(options.identity),
    requestCert: true,
    handshakeTimeout: bounds.patience,
    headersTimeout: bounds.patience,
    requestTimeout: bounds.patience,
    maxHeaderSize: 4096,
  });

  // Connections come in paused, so that a handshake begins only when those before it have had their turn.
  const listener = createTcpServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    open.add(socket);
    const end = endOf(socket);
    const leave = room.enter(networkOf(socket.remoteAddress ?? ""), () => socket.destroy());
    arriving.set(end, leave);
    const forget = pace(() => server.emit("connection", socket));
    socket.once("close", () => {
      forget();
      open.delete(socket);
      if (arriving.get(end) === leave) arriving.delete(end);
      leave();
    });
  });

  server.on("secureConnection", (tls: TLSSocket) => {
    const key = keyOfCertificate(tls.getPeerX509Certificate());
    const standing = key === null || tls.isSessionReused() ? "refused" : door.standing(key);
    if (key === null || standing === "refused") {
      tls.destroy();
      return;
    }
    const address = networkOf(tls.remoteAddress ?? "");
    const leave = [arriving.get(endOf(tls)) ?? (() => undefined)];
    if (standing === "stranger") {
      const leaveStrangers = strangers.enter(address, () => tls.destroy());
      tls.once("close", leaveStrangers);
      leave.push(leaveStrangers);
    }
    callers.set(tls, { key, known: standing === "known", address, leave });
  });

  server.on("request", (_, response) => {
    response.writeHead(426, { connection: "close" }).end();
  });
  server.on("tlsClientError", (_, tls: TLSSocket) => tls.destroy());
  server.on("clientError", (_, socket: Duplex) => socket.destroy());

  server.on("upgrade", (request, socket: Duplex, head) => {
    const caller = callers.get(socket);
    const purpose: Purpose | null = request.url === linkPath ? "link" : request.url === pairPath ? "pair" : null;
    const welcome =
      purpose === "link" || (purpose === "pair" && door.pairing() && caller !== undefined && pairings(caller.address));
    if (!(socket instanceof TLSSocket) || caller === undefined || purpose === null || !welcome) {
      socket.destroy();
      return;
    }
    const kind = purpose === "pair" ? "pair" : caller.known ? "known" : "stranger";
    sockets[kind].handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      const admitted = (): void => {
        for (const leave of caller.leave) leave();
      };
      door.arrived(purpose, connectionOver(webSocket, socket, caller.key, admitted));
    });
  });

  const close = (): Promise<void> =>
    new Promise((closed) => {
      // Goodbyes get a moment to leave; whoever has not gone by then is cut.
      const stop = clock.wait(lingerFor, () => {
        for (const socket of open) socket.destroy();
      });
      listener.close(() => {
        stop();
        closed();
      });
    });

  return new Promise((resolve) => {
    // The first may keep us from listening; a later one is a connection that could not be taken, as when no file is left.
    listener.on("error", (error: NodeJS.ErrnoException) => {
      resolve(fail(problem("PEER_PORT_TAKEN", `${options.host} port ${options.port}: ${error.message}`)));
    });
    listener.listen({ host: options.host, port: options.port, backlog: 1024 }, () => {
      const address = listener.address();
      resolve(
        ok({
          port: typeof address === "object" && address !== null ? address.port : options.port,
          adopt: (identity) => server.setSecureContext(serverProfile(identity)),
          close,
        }),
      );
    });
  });
}

/** Whether one more pairing connection may come from `address` now. Forgets addresses that came no more than once a minute. */
function pairingLimit(bounds: DoorBounds, clock: Clock): (address: string) => boolean {
  const all = allowance(bounds.pairingsOfAll, clock);
  let byAddress = new Map<string, () => boolean>();
  let since = clock.elapsed();
  return (address) => {
    if (clock.elapsed() - since > seconds(60)) {
      byAddress = new Map();
      since = clock.elapsed();
    }
    const one = byAddress.get(address) ?? allowance(bounds.pairingsOfOne, clock);
    if (byAddress.size < 1024) byAddress.set(address, one);
    return one() && all();
  };
}
