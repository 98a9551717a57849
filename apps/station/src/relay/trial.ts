// Tries a relay as a terminal would use it: two allocations with one credential, each lets the other in, and data goes from
// one through both to the other and back. What only answers a binding request (RFC 8489) is `answersBinding`. For the doctor
// and for probes; the times are generous, since a person waits once.
import { equal, hex, utf8 } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, type Ms, ms, seconds } from "@parley/base/time";
import type { Endpoint } from "./turn/address.ts";
import { data, readText, readXorAddress, text, valueOf, xorAddress } from "./turn/attributes.ts";
import { attributeType } from "./turn/attributeTypes.ts";
import { encodeMessage, integrityHolds, integrityOf, longTermKey, unsigned } from "./turn/integrity.ts";
import { type Field, type Message, type Method, decodeMessage } from "./turn/stun.ts";
import { type RelayPlace, type Wire, openWire } from "./wire.ts";

export type TrialCredential = { readonly username: string; readonly credential: string };
export type TrialDeps = { readonly clock: Clock; readonly random: Random };

/** RFC 8489 section 6.2.1 sends again after half a second, then ever later; a relay that is there answers the third at the latest. */
const sendAgainAfter: readonly Ms[] = [ms(500), ms(1000), ms(2000)];
const connectWithin = seconds(5);
/** As large as browsers make a packet of media: what only lets smaller ones through carries no picture ([CK9]). */
const largestPacket = 1200;

type Client = {
  /** The answer to one request, sent again until it comes. Rejects where none does. */
  readonly ask: (method: Method, fields: (id: Uint8Array) => readonly Field[]) => Promise<Message>;
  readonly indicate: (fields: (id: Uint8Array) => readonly Field[]) => void;
  readonly onData: (listener: (bytes: Uint8Array) => void) => void;
  readonly close: () => void;
};

const overUdp: Field = { type: attributeType.requestedTransport, value: new Uint8Array([17, 0, 0, 0]) };

function within<T>(clock: Clock, time: Ms, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = clock.wait(time, () => reject(new Error(what)));
    work.then(resolve, reject).finally(stop);
  });
}

async function connectTo(
  place: RelayPlace,
  credential: TrialCredential | null,
  { clock, random }: TrialDeps,
): Promise<Client> {
  const waiting = new Map<
    string,
    { readonly done: (message: Message) => void; readonly lost: (why: string) => void }
  >();
  let hear = (_bytes: Uint8Array): void => undefined;
  let challenge: { readonly realm: string; readonly nonce: string } | null = null;
  const events = {
    frame: (frame: Uint8Array) => {
      const read = decodeMessage(frame);
      if (!read.ok) return;
      if (read.value.class !== "indication") return waiting.get(hex(read.value.transaction))?.done(read.value);
      const bytes = valueOf(read.value, "data");
      if (bytes !== null) hear(bytes);
    },
    ended: (why: string) => {
      for (const { lost } of waiting.values()) lost(why);
    },
  };
  const opening = openWire(place, events);
  const wire: Wire = await within(clock, connectWithin, "no connection", opening).catch((error: unknown) => {
    void opening.then((late) => late.close()).catch(() => undefined);
    throw error;
  });

  const bytesOf = (method: Method, id: Uint8Array, fields: readonly Field[]): Uint8Array => {
    const head = { class: "request", method, transaction: id } as const;
    if (challenge === null || credential === null) return encodeMessage(head, fields, unsigned);
    const { realm, nonce } = challenge;
    const proof = [text("username", credential.username), text("realm", realm), text("nonce", nonce)];
    const key = longTermKey(credential.username, realm, credential.credential);
    return encodeMessage(head, [...fields, ...proof], { key, fingerprint: true });
  };

  const once = (method: Method, fields: (id: Uint8Array) => readonly Field[]): Promise<Message> => {
    const id = random(12);
    const bytes = bytesOf(method, id, fields(id));
    return new Promise((resolve, reject) => {
      let stop: Cancel = () => undefined;
      const settle = (): void => {
        stop();
        waiting.delete(hex(id));
      };
      const lost = (why: string): void => {
        settle();
        reject(new Error(why));
      };
      waiting.set(hex(id), {
        done: (message) => {
          settle();
          resolve(message);
        },
        lost,
      });
      const send = (round: number): void => {
        const pause = sendAgainAfter[round];
        if (pause === undefined) return lost("no answer");
        if (round === 0 || place.transport === "udp") wire.send(bytes);
        stop = clock.wait(pause, () => send(round + 1));
      };
      send(0);
    });
  };

  return {
    ask: async (method, fields) => {
      let answer = await once(method, fields);
      const [realm, nonce] = [valueOf(answer, "realm"), valueOf(answer, "nonce")];
      if (answer.class === "error" && credential !== null && realm !== null && nonce !== null) {
        challenge = { realm: readText(realm, 200) ?? "", nonce: readText(nonce, 200) ?? "" };
        answer = await once(method, fields);
      }
      if (answer.class === "error") {
        const code = valueOf(answer, "errorCode");
        throw new Error(`refused with ${code === null ? "no code" : (code[2] ?? 0) * 100 + (code[3] ?? 0)}`);
      }
      if (method !== "binding" && credential !== null) {
        const integrity = integrityOf(answer);
        const key = longTermKey(credential.username, challenge?.realm ?? "", credential.credential);
        if (integrity === null || !integrityHolds(answer, integrity, key)) throw new Error("an answer without proof");
      }
      return answer;
    },
    indicate: (fields) => {
      const id = random(12);
      wire.send(encodeMessage({ class: "indication", method: "send", transaction: id }, fields(id), unsigned));
    },
    onData: (listener) => void (hear = listener),
    close: wire.close,
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether a STUN server answers there. */
export async function answersBinding(place: RelayPlace, deps: TrialDeps): Promise<boolean> {
  try {
    const client = await connectTo(place, null, deps);
    try {
      return (await client.ask("binding", () => [])).class === "success";
    } finally {
      client.close();
    }
  } catch {
    return false;
  }
}

/** Milliseconds that a packet took through two allocations and back; or in a few words what failed. */
export async function tryRelay(
  place: RelayPlace,
  credential: TrialCredential,
  deps: TrialDeps,
): Promise<Result<Ms, string>> {
  const clients: Client[] = [];
  let stage = "connecting";
  try {
    const open = async (): Promise<{ readonly client: Client; readonly relayed: Endpoint }> => {
      const client = await connectTo(place, credential, deps);
      clients.push(client);
      stage = "allocating";
      const answer = await client.ask("allocate", () => [overUdp]);
      const field = valueOf(answer, "xorRelayedAddress");
      const relayed = field === null ? null : readXorAddress(field, answer.transaction);
      if (relayed === null) throw new Error("no relayed address");
      return { client, relayed };
    };
    const [one, two] = [await open(), await open()];
    stage = "permitting";
    for (const [from, to] of [[one, two] as const, [two, one] as const])
      await from.client.ask("createPermission", (id) => [xorAddress("xorPeerAddress", to.relayed, id)]);
    stage = "relaying";
    const payload = utf8(`parley ${hex(deps.random(8))}`.padEnd(largestPacket));
    const send = (from: Client, to: Endpoint): void =>
      from.indicate((id) => [xorAddress("xorPeerAddress", to, id), data(payload)]);
    two.client.onData((bytes) => {
      if (equal(bytes, payload)) send(two.client, one.relayed);
    });
    const began = deps.clock.elapsed();
    const back = new Promise<void>((resolve) => {
      one.client.onData((bytes) => {
        if (equal(bytes, payload)) resolve();
      });
    });
    let stop: Cancel = () => undefined;
    const again = (): void => {
      send(one.client, two.relayed);
      stop = deps.clock.wait(ms(500), again);
    };
    again();
    await within(deps.clock, seconds(4), "nothing came back", back).finally(() => stop());
    return ok(ms(deps.clock.elapsed() - began));
  } catch (error) {
    return fail(`${stage}: ${reasonOf(error)}`);
  } finally {
    for (const client of clients) client.close();
  }
}
