// A TURN client for tests and benches: one 5-tuple over UDP, TCP or TLS, with the credential and nonce handling of
// RFC 8489 section 9.2. It speaks to any server, so the same tests can be held against coturn.
import { type Socket as Datagram, createSocket } from "node:dgram";
import { type Socket, connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { type Endpoint, type Family, endpointOf } from "../address.ts";
import { data, readText, readUint32, readXorAddress, text, uint32, valueOf, xorAddress } from "../attributes.ts";
import { attributeType } from "../attributeTypes.ts";
import { decodeChannelData, deframe, encodeChannelData, kindOf } from "../framing.ts";
import { encodeMessage, integrityHolds, integrityOf, longTermKey } from "../integrity.ts";
import type { ListenerOptions } from "../settings.ts";
import { type Field, type Message, type Method, decodeMessage } from "../stun.ts";

export type Credential = { readonly username: string; readonly credential: string };

/** An answer: its STUN error code or 0, and the message. */
export type Answer = { readonly code: number; readonly message: Message };

type Wire = {
  readonly send: (frame: Uint8Array) => void;
  /** Reads no more, as a client that hangs. */
  readonly pause: () => void;
  readonly close: () => void;
  readonly local: () => Endpoint;
};

/** REQUESTED-TRANSPORT: UDP. */
export const overUdp: Field = { type: attributeType.requestedTransport, value: new Uint8Array([17, 0, 0, 0]) };
export const familyField = (family: Family): Field => ({
  type: attributeType.requestedAddressFamily,
  value: new Uint8Array([family === "ipv4" ? 1 : 2, 0, 0, 0]),
});
export const channelField = (number: number): Field => ({
  type: attributeType.channelNumber,
  value: new Uint8Array([number >> 8, number & 255, 0, 0]),
});

async function openWire(
  server: ListenerOptions,
  onFrame: (frame: Uint8Array) => void,
  onEnd: () => void,
): Promise<Wire> {
  if (server.transport === "udp") {
    const socket: Datagram = createSocket({
      type: server.address.includes(":") ? "udp6" : "udp4",
      recvBufferSize: 1 << 20,
    });
    socket.on("message", onFrame);
    socket.on("error", onEnd);
    await new Promise<void>((resolve) => socket.connect(server.port, server.address, resolve));
    const local = () => endpointOf(socket.address().address, socket.address().port);
    return {
      send: (frame) => socket.send(frame),
      pause: never,
      close: () => socket.close(),
      local: () => local() ?? never(),
    };
  }
  const socket = await new Promise<Socket>((resolve, reject) => {
    const options = { host: server.address, port: server.port, rejectUnauthorized: false };
    const opened: Socket =
      server.transport === "tls" ? connectTls(options, () => resolve(opened)) : connect(options, () => resolve(opened));
    opened.once("error", reject);
  });
  let rest: Uint8Array = new Uint8Array(0);
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    const cut = certain(deframe(rest, chunk));
    rest = cut.rest;
    cut.frames.forEach(onFrame);
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", onEnd);
  return {
    send: (frame) => void socket.write(frame),
    pause: () => void socket.pause(),
    close: () => socket.destroy(),
    local: () => endpointOf(socket.localAddress ?? "", socket.localPort ?? 0) ?? never(),
  };
}

function never(): never {
  throw new Error("a socket without an address, or one that cannot pause");
}

/** Connects; `credential` may be replaced at any time, as a renewal does. */
export async function connectTurn(server: ListenerOptions, credential: Credential) {
  let count = 0;
  let challenge: { readonly realm: string; readonly nonce: string } | null = null;
  let current = credential;
  let ended = false;
  const waiting = new Map<string, (message: Message) => void>();
  const heard = {
    datagrams: [] as { from: Endpoint; data: Uint8Array }[],
    channels: [] as { number: number; data: Uint8Array }[],
  };
  let onChannelData = (frame: { number: number; data: Uint8Array }): void => void heard.channels.push(frame);

  const onFrame = (frame: Uint8Array): void => {
    if (kindOf(frame[0] as number) === "channelData") {
      const channelData = decodeChannelData(frame);
      if (channelData !== null) onChannelData(channelData);
      return;
    }
    const message = certain(decodeMessage(frame));
    if (message.class !== "indication") return waiting.get(hex(message.transaction))?.(message);
    const [peer, body] = [valueOf(message, "xorPeerAddress"), valueOf(message, "data")];
    const from = peer === null ? null : readXorAddress(peer, message.transaction);
    if (from !== null && body !== null) heard.datagrams.push({ from, data: body });
  };
  const wire = await openWire(server, onFrame, () => (ended = true));

  const transaction = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    new DataView(bytes.buffer).setUint32(0, ++count);
    return bytes;
  };

  /** Sends one message as given, and waits for its answer; rejects after a second, or as long as asked. */
  function exchange(bytes: Uint8Array, patience = 1000): Promise<Message> {
    const id = hex(bytes.subarray(8, 20));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no answer")), patience);
      waiting.set(id, (message) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(message);
      });
      wire.send(bytes);
    });
  }

  /** The bytes of a request, signed where a challenge has come. */
  function write(
    method: Method,
    fields: readonly Field[],
    id: Uint8Array = transaction(),
    fingerprint = true,
  ): Uint8Array {
    const head = { class: "request", method, transaction: id } as const;
    if (challenge === null) return encodeMessage(head, fields, { key: null, fingerprint });
    const { realm, nonce } = challenge;
    const key = longTermKey(current.username, realm, current.credential);
    const proof = [text("username", current.username), text("realm", realm), text("nonce", nonce)];
    return encodeMessage(head, [...fields, ...proof], { key, fingerprint });
  }

  const answerOf = (message: Message): Answer => {
    const error = valueOf(message, "errorCode");
    return { code: error === null ? 0 : (error[2] as number) * 100 + (error[3] as number), message };
  };

  /** Takes the realm and nonce of a challenge; false when there is none in it. */
  function learn(answer: Answer): boolean {
    const [realm, nonce] = [valueOf(answer.message, "realm"), valueOf(answer.message, "nonce")];
    if (realm === null || nonce === null) return false;
    challenge = { realm: readText(realm, 200) ?? "", nonce: readText(nonce, 200) ?? "" };
    return true;
  }

  /** A request whose challenges (401 at first, 438 at any time) are answered. Rejects a success that our key did not sign. */
  async function ask(method: Method, fieldsFor: (id: Uint8Array) => readonly Field[]): Promise<Answer> {
    const send = async () => {
      const id = transaction();
      return answerOf(await exchange(write(method, fieldsFor(id), id)));
    };
    let proved = challenge !== null;
    let answer = await send();
    for (
      let round = 0;
      round < 2 && (answer.code === 438 || (answer.code === 401 && !proved)) && learn(answer);
      round++
    ) {
      proved = true;
      answer = await send();
    }
    if (answer.code === 0 && method !== "binding") {
      const integrity = integrityOf(answer.message);
      const key = longTermKey(current.username, challenge?.realm ?? "", current.credential);
      if (integrity === null || !integrityHolds(answer.message, integrity, key)) throw new Error("an unsigned success");
    }
    return answer;
  }
  const request = (method: Method, ...fields: readonly Field[]) => ask(method, () => fields);

  const addressIn = (answer: Answer, name: "xorRelayedAddress" | "xorMappedAddress"): Endpoint | null => {
    const field = valueOf(answer.message, name);
    return field === null ? null : readXorAddress(field, answer.message.transaction);
  };
  const withPeers = (method: Method, peers: readonly Endpoint[], ...fields: readonly Field[]) =>
    ask(method, (id) => [...fields, ...peers.map((peer) => xorAddress("xorPeerAddress", peer, id))]);

  return {
    heard,
    request,
    exchange,
    write,
    transaction,
    answerOf,
    addressIn,
    local: wire.local,
    sendRaw: wire.send,
    pause: wire.pause,
    ended: (): boolean => ended,
    use(next: Credential): void {
      current = next;
    },
    setNonce(nonce: string): void {
      challenge = { realm: challenge?.realm ?? "", nonce };
    },
    challenge: () => challenge,
    onChannelData(listener: typeof onChannelData): void {
      onChannelData = listener;
    },
    /** Allocates; the relayed address, or the error's code. */
    async allocate(...fields: readonly Field[]): Promise<Endpoint | number> {
      const answer = await request("allocate", overUdp, ...fields);
      return addressIn(answer, "xorRelayedAddress") ?? answer.code;
    },
    async refresh(lifetime?: number): Promise<{ readonly code: number; readonly lifetime: number | null }> {
      const answer = await request("refresh", ...(lifetime === undefined ? [] : [uint32("lifetime", lifetime)]));
      const field = valueOf(answer.message, "lifetime");
      return { code: answer.code, lifetime: field === null ? null : readUint32(field) };
    },
    permit: async (...peers: readonly Endpoint[]): Promise<number> => (await withPeers("createPermission", peers)).code,
    bind: async (number: number, peer: Endpoint): Promise<number> =>
      (await withPeers("channelBind", [peer], channelField(number))).code,
    send(peer: Endpoint, payload: Uint8Array): void {
      const id = transaction();
      const fields = [xorAddress("xorPeerAddress", peer, id), data(payload)];
      const head = { class: "indication", method: "send", transaction: id } as const;
      wire.send(encodeMessage(head, fields, { key: null, fingerprint: false }));
    },
    sendChannel: (number: number, payload: Uint8Array): void =>
      wire.send(encodeChannelData(number, payload, server.transport !== "udp")),
    close: wire.close,
  };
}

export type TurnClient = Awaited<ReturnType<typeof connectTurn>>;
