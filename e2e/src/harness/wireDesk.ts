// A desk without a browser: speaks the terminal's WebSocket protocol with a key of its own, for tests in which the station is
// what is tried. It comes back for as long as it is wanted, answers what rings, and ends a call when it is told to.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "ws";
import { type Bytes, base64url, concat, fromBase64url, fromHex, utf8 } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type PartyId, type TerminalId, idOf } from "@parley/protocol/ids";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Ed25519Key, Ed25519Signature } from "@parley/protocol/signed/signature";
import {
  type StationNonce,
  signedTerminalRequest,
  terminalRequestMessage,
} from "@parley/protocol/signed/terminalCertificate";
import { type FromTerminal, type ToTerminal, readToTerminal } from "@parley/protocol/terminal/messages";
import { helloLabel } from "@parley/protocol/terminal/session";

type Told<T extends ToTerminal["type"]> = Extract<ToTerminal, { type: T }>;
type Line = Told<"line">["line"];

const built = join(import.meta.dirname, "..", "..", "..", "apps", "terminal", "dist", "manifest.json");
const pkcs8 = "302e020100300506032b657004220420";

/** The same in both parties' terminals of one call, as a group's exporter would give it. */
const exportedIn = (call: string): string => createHash("sha256").update(`exported in ${call}`).digest("base64url");

const isOpen = (line: Line): line is Exclude<Line, { at: "idle" | "ended" }> =>
  line.at !== "idle" && line.at !== "ended";

const builtManifest = (): string => (JSON.parse(readFileSync(built, "utf8")) as { readonly hash: string }).hash;

export class WireDesk {
  readonly terminal = randomBytes(16).toString("base64url");
  /** Records that the station has told of, and calls that it has said are answered: both it may not forget. */
  readonly recorded = new Map<string, Told<"record">>();
  readonly answered = new Set<string>();
  readonly generations = new Map<string, number>();
  /** Codes with which the station refused something. */
  readonly refused: string[] = [];
  line: Line = { at: "idle" };
  link: string | null = null;
  welcome = false;
  ends = false;
  private readonly origin: string;
  private readonly port: number;
  private readonly code: string;
  private readonly key = createPrivateKey({
    key: Buffer.concat([Buffer.from(pkcs8, "hex"), randomBytes(32)]),
    format: "der",
    type: "pkcs8",
  });
  private readonly publicKey: Bytes = new Uint8Array(
    createPublicKey(this.key).export({ format: "der", type: "spki" }).subarray(-32),
  );
  private readonly manifest: Bytes;
  private socket: WebSocket | null = null;
  private party: PartyId | null = null;
  private nonce: Bytes = new Uint8Array(0);
  private enrolled = false;
  private closed = false;

  /** `code` is a one-time code for a desk; `manifest`, in hex, of the code that the station serves, the built one by default. */
  constructor(origin: string, port: number, code: string, manifest = builtManifest()) {
    this.origin = origin;
    this.port = port;
    this.code = code;
    this.manifest = fromHex(manifest) ?? new Uint8Array(32);
    this.connect();
  }

  private connect(): void {
    if (this.closed) return;
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/terminal`, { origin: this.origin });
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.welcome = false;
      setTimeout(() => this.connect(), 50);
    });
    socket.on("message", (data: Buffer) => {
      const text = data.toString();
      if (text === "") return;
      const message = readToTerminal(text);
      if (!message.ok) throw new Error(`the station said ${text.slice(0, 200)}: ${message.error.detail}`);
      if (message.value !== null) this.hear(message.value);
    });
  }

  send(message: FromTerminal): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private signed(message: Bytes): Bytes {
    return new Uint8Array(sign(null, message, this.key));
  }

  private request(nonce: Bytes): string {
    const terminal = idOf<TerminalId>(this.terminal, 16);
    if (this.party === null || terminal === null) throw new Error("asked before the station said who it is");
    const body = {
      party: this.party,
      terminal,
      key: this.publicKey as Ed25519Key,
      manifest: this.manifest as Digest,
      nonce: nonce as StationNonce,
    };
    const signature = this.signed(terminalRequestMessage(body)) as Ed25519Signature;
    return base64url(encode(signedTerminalRequest, { body, signature }));
  }

  private hear(message: ToTerminal): void {
    switch (message.type) {
      case "challenge":
        this.party = idOf<PartyId>(message.party, 32);
        this.nonce = fromBase64url(message.challenge) ?? new Uint8Array(0);
        if (this.enrolled) this.prove();
        else this.send({ type: "enrol", code: this.code, request: this.request(this.nonce) });
        return;
      case "enrolled":
        this.enrolled = true;
        return this.prove();
      case "renewalDue":
        return this.send({ type: "renew", request: this.request(fromBase64url(message.nonce) ?? new Uint8Array(0)) });
      case "welcome":
        this.enrolled = true;
        this.welcome = true;
        this.link = message.links[0]?.link ?? this.link;
        return;
      case "links":
        this.link = message.links[0]?.link ?? this.link;
        return;
      case "refused":
        this.refused.push(message.code);
        return;
      case "record":
        this.recorded.set(message.call, message);
        return;
      case "admit":
        this.generations.set(message.call, message.generation);
        return;
      case "line":
        this.line = message.line;
        return this.act();
      default:
    }
  }

  private prove(): void {
    const message = concat(utf8(helloLabel), new Uint8Array(1), this.nonce, utf8(this.origin));
    this.send({ type: "hello", terminal: this.terminal, signature: base64url(this.signed(message)) });
  }

  /** Does what the line asks for. */
  private act(): void {
    const { line } = this;
    if (!isOpen(line)) return;
    const { call } = line;
    if (line.at === "ringing") {
      if (line.side === "called") {
        this.send({ type: "rang", call });
        this.send({ type: "answer", call });
      } else if (this.ends) this.send({ type: "hangUp", call });
      return;
    }
    this.answered.add(call);
    if (line.at === "keying") {
      this.send({ type: "exported", call, secret: exportedIn(call) });
      this.send({ type: "epoch", call, epoch: 1 });
      this.send({ type: "up", call });
    }
    if (this.ends) this.send({ type: "hangUp", call });
  }

  place(): void {
    this.ends = false;
    if (this.link !== null && !isOpen(this.line)) this.send({ type: "place", link: this.link });
  }

  /** From now on it ends whatever call it is in. */
  end(): void {
    this.ends = true;
    this.act();
  }

  get open(): boolean {
    return isOpen(this.line);
  }

  close(): void {
    this.closed = true;
    this.socket?.close();
  }
}
