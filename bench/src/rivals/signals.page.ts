// The rivals' signalling, inside a page: one standing WebSocket to the rivals' server, which hands each message to the other
// page of the same call. It stands before the ring, as a product's would.
import type { Signal } from "./rivalTypes.ts";

type Envelope = { readonly call: string; readonly signal: Signal };

const isEnvelope = (value: unknown): value is Envelope =>
  typeof value === "object" && value !== null && "call" in value && "signal" in value;

export class Signals {
  private readonly socket: WebSocket;
  private readonly open: Promise<void>;
  private call = "";
  private waiting: Envelope[] = [];
  private hear: ((signal: Signal) => void) | null = null;

  constructor() {
    this.socket = new WebSocket(`ws://${location.host}/signals`);
    this.open = new Promise((resolve, reject) => {
      this.socket.onopen = () => resolve();
      this.socket.onerror = () => reject(new Error("no signalling server"));
    });
    this.socket.onmessage = (event: MessageEvent<string>) => {
      const envelope: unknown = JSON.parse(event.data);
      if (!isEnvelope(envelope)) return;
      if (this.hear !== null && envelope.call === this.call) this.hear(envelope.signal);
      else this.waiting.push(envelope);
    };
  }

  /** From now on signals of this call are heard, those that came early first; those of other calls are forgotten. */
  async enter(call: string, hear: (signal: Signal) => void): Promise<void> {
    await this.open;
    [this.call, this.hear] = [call, hear];
    const early = this.waiting.filter((envelope) => envelope.call === call);
    this.waiting = [];
    for (const envelope of early) hear(envelope.signal);
  }

  send(signal: Signal): void {
    this.socket.send(JSON.stringify({ call: this.call, signal } satisfies Envelope));
  }
}
