// The hub over a real web server and real WebSockets: who is let in, what a stranger may do, and what of a newer page is passed over.
import { type KeyObject, createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { type Server, createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Bytes, base64url, concat, fromBase64url, utf8 } from "@parley/base/bytes";
import type { IdText } from "@parley/protocol/ids";
import { maxTerminalMessageBytes } from "@parley/protocol/limits";
import { type FromTerminal, type ToTerminal, readToTerminal } from "@parley/protocol/terminal/messages";
import { helloLabel } from "@parley/protocol/terminal/session";
import { systemClock, systemRandom } from "../systemPorts.ts";
import { until } from "../testing.ts";
import { type Hub, openHub } from "./hub.ts";

const origin = "https://northmark.example";
const party = { id: base64url(new Uint8Array(32)), name: "Northmark" };
const seed = (n: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, n)]),
    format: "der",
    type: "pkcs8",
  });
const publicHalf = (key: KeyObject): Bytes =>
  new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32));
const spki = (key: Bytes): KeyObject =>
  createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]),
    format: "der",
    type: "spki",
  });
const terminal = base64url(new Uint8Array(16).fill(1));
const ours = seed(1);

let server: Server;
let hub: Hub;
let port: number;
let pages: Page[];
let heard: { readonly who: IdText | null; readonly type: FromTerminal["type"] }[];
let came: IdText[];

/** A page, as far as its socket goes. */
class Page {
  readonly told: ToTerminal[] = [];
  code: number | null = null;
  refusal: number | null = null;
  readonly socket: WebSocket;
  constructor(from: string = origin, path = "/terminal") {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { origin: from });
    this.socket.on("error", () => undefined);
    this.socket.on("unexpected-response", (_, { statusCode }) => (this.refusal = statusCode ?? 0));
    this.socket.on("close", (code) => (this.code = code));
    this.socket.on("message", (data: Buffer) => {
      const read = readToTerminal(data.toString());
      if (data.length > 0 && read.ok && read.value !== null) this.told.push(read.value);
    });
    pages.push(this);
  }
  of<T extends ToTerminal["type"]>(type: T): Extract<ToTerminal, { type: T }> | undefined {
    const is = (it: ToTerminal): it is Extract<ToTerminal, { type: T }> => it.type === type;
    return this.told.findLast(is);
  }
  challenged = (): Promise<void> => until("the challenge", () => this.of("challenge") !== undefined);
  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }
  /** Signs the challenge, or these bytes in its place. */
  prove(key: KeyObject = ours, challenge = fromBase64url(this.of("challenge")?.challenge ?? "")): void {
    const message = concat(utf8(helloLabel), new Uint8Array(1), challenge ?? new Uint8Array(32), utf8(origin));
    this.say({ type: "hello", terminal, signature: base64url(new Uint8Array(sign(null, message, key))) });
  }
}

beforeEach(async () => {
  [pages, heard, came] = [[], [], []];
  server = createServer();
  hub = openHub({
    server,
    clock: systemClock,
    random: systemRandom,
    origin,
    party,
    keyOf: (id) => (id === terminal ? publicHalf(ours) : null),
    verify: (key, message, signature) => verify(null, message, spki(key), signature),
    onCome: (id) => void came.push(id),
    onGo: () => undefined,
    onGone: () => undefined,
    onMessage: ({ who }, { type }) => void heard.push({ who, type }),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});

afterEach(async () => {
  for (const { socket } of pages) socket.terminate();
  hub.close();
  await new Promise((resolve) => server.close(resolve));
});

describe("the terminals' door", () => {
  test("[WS2] only pages of this very station are let in, and on no other path", async () => {
    const [foreign, elsewhere] = [new Page("https://estovar.example"), new Page(origin, "/other")];
    const bare = new WebSocket(`ws://127.0.0.1:${port}/terminal`);
    const refused = new Promise<number>((resolve) =>
      bare.on("unexpected-response", (_, { statusCode }) => resolve(statusCode ?? 0)),
    );
    bare.on("error", () => undefined);
    expect(await refused).toBe(403);
    await until("the others are turned away", () => foreign.refusal !== null && elsewhere.refusal !== null);
    expect([foreign.refusal, elsewhere.refusal]).toEqual([403, 403]);
    expect(hub.seats()).toEqual([]);
  });

  test("[WS2] who has not signed the challenge is nobody: nothing is told to it, and what it says comes from nobody", async () => {
    const page = new Page();
    await page.challenged();
    page.prove(seed(2));
    await until("the wrong key is refused", () => page.of("refused")?.code === "TERMINAL_UNKNOWN");
    page.prove(ours, new Uint8Array(randomBytes(32)));
    await until(
      "another challenge's signature is refused",
      () => page.told.filter((m) => m.type === "refused").length === 2,
    );
    page.say({ type: "hangUp", call: terminal });
    await until("it is heard", () => heard.length === 1);
    expect(heard).toEqual([{ who: null, type: "hangUp" }]);
    hub.tellAll({ type: "renewalDue", nonce: base64url(new Uint8Array(32)) });
    hub.tell(terminal, { type: "renewalDue", nonce: base64url(new Uint8Array(32)) });
    expect([came, hub.isOn(terminal)]).toEqual([[], false]);
    page.prove();
    await until("it is let in", () => hub.isOn(terminal));
    expect(page.of("renewalDue")).toBe(undefined);
    page.say({ type: "hangUp", call: terminal });
    await until("it is heard again", () => heard.length === 2);
    expect(heard[1]).toEqual({ who: terminal, type: "hangUp" });
  });

  test("[WS3] the newest page is the terminal; the one before is told so and let go, and its end takes nothing away", async () => {
    const elder = new Page();
    await elder.challenged();
    elder.prove();
    await until("the first is in", () => hub.isOn(terminal));
    const newer = new Page();
    await newer.challenged();
    newer.prove();
    await until("the first is let go", () => elder.code !== null);
    expect([elder.of("refused")?.code, elder.code]).toEqual(["OPEN_ELSEWHERE", 4409]);
    hub.tell(terminal, { type: "renewalDue", nonce: base64url(new Uint8Array(32)) });
    await until("the second hears", () => newer.of("renewalDue") !== undefined);
    expect([hub.isOn(terminal), came.length, newer.code]).toEqual([true, 2, null]);
  });

  test("[WS4] what is no message of the protocol ends the connection with its code, and one that is too large with none read", async () => {
    for (const wrong of ["{", JSON.stringify({ type: "hangUp", call: 7 })]) {
      const page = new Page();
      await page.challenged();
      page.socket.send(wrong);
      await until("it is over", () => page.code !== null);
      expect([page.of("refused")?.code, page.code]).toEqual(["MESSAGE_MALFORMED", 4400]);
    }
    const large = new Page();
    await large.challenged();
    large.socket.send(`{"type":"weather","text":"${"x".repeat(maxTerminalMessageBytes)}"}`);
    await until("it is over", () => large.code !== null);
    expect(large.code).toBe(1009);
    const binary = new Page();
    await binary.challenged();
    binary.socket.send(new Uint8Array([1, 2, 3]));
    await until("it is over", () => binary.code !== null);
    expect([binary.code, heard]).toEqual([4400, []]);
  });

  test("[WS6] what only a newer page says is passed over, and what comes after it is heard", async () => {
    const page = new Page();
    await page.challenged();
    page.prove();
    await until("it is in", () => hub.isOn(terminal));
    page.say({ type: "weather", wind: "north" });
    page.say({ type: "hangUp", call: terminal, tone: "warm" });
    await until("the call's end is heard", () => heard.length === 1);
    expect([heard[0]?.type, page.code, page.of("refused")]).toEqual(["hangUp", null, undefined]);
  });
});
