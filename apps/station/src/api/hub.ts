// The terminals that are on line, one WebSocket each. A connection is nobody until it has signed the station's challenge
// with an enrolled key; until then it can only do that, or ask to be enrolled. What a known terminal says goes on to the
// station; what it may do is not decided here.
import type { IncomingMessage, Server } from "node:http";
import type { Bytes } from "@parley/base/bytes";
import { base64url, concat, fromBase64url, utf8 } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Cancel, type Clock, type Ms, seconds } from "@parley/base/time";
import { type ErrorCode, errorTable } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import { maxTerminalMessageBytes } from "@parley/protocol/limits";
import { type FromTerminal, type ToTerminal, readFromTerminal } from "@parley/protocol/terminal/messages";
import { helloLabel } from "@parley/protocol/terminal/session";
import { type WebSocket, WebSocketServer } from "ws";

/** Who is at the other end of a connection. `seat` is the connection itself: two tabs of one terminal are two seats. */
export type Seat = { readonly id: number; readonly who: IdText | null };

export type HubOptions = {
  readonly server: Server;
  readonly clock: Clock;
  readonly random: Random;
  /** Where browsers reach this station; pages of any other origin are turned away. */
  readonly origin: string;
  readonly party: { readonly id: IdText; readonly name: string };
  /** The Ed25519 public key of an enrolled terminal that is not revoked, or null. */
  readonly keyOf: (terminal: IdText) => Bytes | null;
  readonly verify: (publicKey: Bytes, message: Bytes, signature: Bytes) => boolean;
  /** A terminal has proven itself; what is told to it from now on reaches it. */
  readonly onCome: (terminal: IdText, seat: Seat) => void;
  readonly onGo: (terminal: IdText, seat: Seat) => void;
  /** A connection is over, whoever it was. */
  readonly onGone: (seat: Seat) => void;
  /** `nonce` is the challenge of this connection, which requests for credentials are signed over. */
  readonly onMessage: (seat: Seat, message: Exclude<FromTerminal, { type: "hello" }>, nonce: Bytes) => void;
};

export type Hub = {
  readonly tell: (terminal: IdText, message: ToTerminal) => void;
  readonly tellSeat: (seat: Seat, message: ToTerminal) => void;
  readonly tellAll: (message: ToTerminal) => void;
  readonly refuse: (seat: Seat, code: ErrorCode) => void;
  readonly isOn: (terminal: IdText) => boolean;
  /** The challenge that this connection was given. */
  readonly nonceOf: (seat: Seat) => Bytes;
  readonly seats: () => readonly Seat[];
  /** Lets go of a terminal that may no longer be here. */
  readonly dismiss: (terminal: IdText) => void;
  readonly close: () => void;
};

/** A connection that has not proven itself by then is let go. */
const helloWithin: Ms = seconds(120);
/** The station's sign of life; a terminal gives up after 25 s without one. */
const beat: Ms = seconds(10);
/** Connections that have proven nothing, at most; more are turned away, so that strangers cannot crowd out terminals. */
const maxStrangers = 50;

type Connection = {
  readonly socket: WebSocket;
  readonly challenge: Bytes;
  readonly origin: string;
  seat: Seat;
  stop: Cancel;
};

export function openHub(options: HubOptions): Hub {
  const connections = new Map<number, Connection>();
  const byTerminal = new Map<IdText, number>();
  let next = 1;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxTerminalMessageBytes,
    perMessageDeflate: false,
  });

  options.server.on("upgrade", (request: IncomingMessage, stream, head) => {
    const origin = request.headers.origin ?? "";
    // Only pages of this very station may speak to it: the browser tells the truth about a page's origin.
    const own = origin === options.origin;
    const strangers = [...connections.values()].filter(({ seat }) => seat.who === null).length;
    if (request.url !== "/terminal" || !own || strangers >= maxStrangers) {
      stream.end(
        `HTTP/1.1 ${own && request.url === "/terminal" ? "503 Service Unavailable" : "403 Forbidden"}\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => accept(socket, origin));
  });

  const accept = (socket: WebSocket, origin: string): void => {
    const id = next++;
    const connection: Connection = {
      socket,
      challenge: options.random(32),
      origin,
      seat: { id, who: null },
      stop: options.clock.wait(helloWithin, () => socket.close(4408, "no hello")),
    };
    connections.set(id, connection);
    socket.on("message", (data, isBinary) =>
      hear(connection, !isBinary && Buffer.isBuffer(data) ? data.toString("utf8") : null),
    );
    socket.on("close", () => leave(connection));
    socket.on("error", () => socket.terminate());
    say(connection, {
      type: "challenge",
      challenge: base64url(connection.challenge),
      party: options.party.id,
      name: options.party.name,
    });
  };

  const say = ({ socket }: Connection, message: ToTerminal): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };

  const refuse = (connection: Connection, code: ErrorCode): void => {
    const { say: sentence, cure } = errorTable[code];
    say(connection, { type: "refused", code, say: sentence, cure });
  };

  const hear = (connection: Connection, text: string | null): void => {
    // Asked whether we are there: the same sign of life that we give unasked.
    if (text === "" && connection.seat.who !== null) return connection.socket.send("");
    const message = readFromTerminal(text ?? "");
    if (!message.ok) {
      refuse(connection, message.error.code);
      connection.socket.close(4400, message.error.code);
      return;
    }
    if (message.value === null) return;
    if (message.value.type === "hello") return prove(connection, message.value.terminal, message.value.signature);
    options.onMessage(connection.seat, message.value, connection.challenge);
  };

  const prove = (connection: Connection, terminal: IdText, signature: string): void => {
    const key = options.keyOf(terminal);
    const signed = concat(utf8(helloLabel), new Uint8Array(1), connection.challenge, utf8(connection.origin));
    const bytes = fromBase64url(signature);
    if (key === null || bytes === null || !options.verify(key, signed, bytes))
      return refuse(connection, "TERMINAL_UNKNOWN");
    const before = byTerminal.get(terminal);
    if (before !== undefined && before !== connection.seat.id) {
      // The newest page is the terminal: a reload, or a second tab, whose elder is told and let go.
      const elder = connections.get(before);
      if (elder !== undefined) {
        refuse(elder, "OPEN_ELSEWHERE");
        elder.socket.close(4409, "open elsewhere");
        leave(elder);
      }
    }
    connection.stop();
    connection.stop = beatOf(connection);
    connection.seat = { id: connection.seat.id, who: terminal };
    byTerminal.set(terminal, connection.seat.id);
    options.onCome(terminal, connection.seat);
  };

  const beatOf = (connection: Connection): Cancel => {
    let stop = options.clock.wait(beat, function again() {
      if (connection.socket.readyState === connection.socket.OPEN) connection.socket.send("");
      stop = options.clock.wait(beat, again);
    });
    return () => stop();
  };

  const leave = (connection: Connection): void => {
    if (!connections.delete(connection.seat.id)) return;
    connection.stop();
    options.onGone(connection.seat);
    const { who, id } = connection.seat;
    if (who === null || byTerminal.get(who) !== id) return;
    byTerminal.delete(who);
    options.onGo(who, connection.seat);
  };

  const at = (terminal: IdText): Connection | undefined => connections.get(byTerminal.get(terminal) ?? 0);

  return {
    tell: (terminal, message) => {
      const connection = at(terminal);
      if (connection !== undefined) say(connection, message);
    },
    tellSeat: (seat, message) => {
      const connection = connections.get(seat.id);
      if (connection !== undefined) say(connection, message);
    },
    tellAll: (message) => {
      for (const connection of connections.values()) if (connection.seat.who !== null) say(connection, message);
    },
    refuse: (seat, code) => {
      const connection = connections.get(seat.id);
      if (connection !== undefined) refuse(connection, code);
    },
    isOn: (terminal) => byTerminal.has(terminal),
    nonceOf: (seat) => connections.get(seat.id)?.challenge ?? new Uint8Array(32),
    seats: () => [...connections.values()].map(({ seat }) => seat),
    dismiss: (terminal) => {
      const connection = at(terminal);
      if (connection === undefined) return;
      refuse(connection, "TERMINAL_REMOVED");
      connection.socket.close(4403, "removed");
    },
    close: () => {
      for (const { socket } of connections.values()) socket.close(1001, "station closing");
      sockets.close();
    },
  };
}
