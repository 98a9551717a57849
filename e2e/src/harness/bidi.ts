// The little of WebDriver BiDi that driving Firefox needs: one socket, commands answered by their id, events by their name.
// W3C WebDriver BiDi, sections 2 (protocol) and 7 (modules). Playwright drives only a Firefox of its own build.
import { once } from "node:events";
import { WebSocket } from "ws";

export type Bidi = {
  /** Sends one command and resolves with its result; rejects with the browser's own words. */
  send(method: string, params: object): Promise<unknown>;
  on(method: string, hear: (params: unknown) => void): void;
  close(): Promise<void>;
};

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void };

type Answer = {
  type?: string;
  id?: number;
  result?: unknown;
  error?: string;
  message?: string;
  method?: string;
  params?: unknown;
};

const isAnswer = (value: unknown): value is Answer => typeof value === "object" && value !== null;

export async function connectBidi(url: string): Promise<Bidi> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, ((params: unknown) => void)[]>();
  let last = 0;
  socket.on("message", (data: Buffer) => {
    const answer: unknown = JSON.parse(data.toString("utf8"));
    if (!isAnswer(answer)) return;
    if (answer.type === "event" && answer.method !== undefined) {
      for (const hear of listeners.get(answer.method) ?? []) hear(answer.params);
      return;
    }
    const asked = waiting.get(answer.id ?? -1);
    waiting.delete(answer.id ?? -1);
    if (answer.type === "success") asked?.resolve(answer.result);
    else asked?.reject(new Error(`${answer.error}: ${answer.message}`));
  });
  socket.on("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("the browser closed the connection"));
    waiting.clear();
  });
  return {
    send: (method, params) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    on: (method, hear) => {
      listeners.set(method, [...(listeners.get(method) ?? []), hear]);
    },
    close: async () => {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}
