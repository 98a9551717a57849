// The terminal's connection to its own station: opened at once, kept for ever, each message checked against its schema.
// A station that is gone is tried again without end; a call that is under way does not depend on it.
import { type Cancel, type Clock, type Ms, ms } from "@parley/base/time";
import { type FromTerminal, type ToTerminal, readToTerminal } from "@parley/protocol/terminal/messages";

/** What the socket needs of the browser's WebSocket; a fake one in tests. */
export type SocketLike = Pick<WebSocket, "send" | "close"> & {
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
};

export type StationLink = {
  /** Sends now, or returns false when there is no connection: what matters is said again after the next welcome. */
  readonly send: (message: FromTerminal) => boolean;
  /** Tries at once, for when the browser says that the network is back. */
  readonly nudge: () => void;
  /**
   * Something else on this network has gone silent: a connection that does not answer within a second is dropped and made
   * anew, since after a cut or under a new address the old one's packets may be minutes from their next try.
   */
  readonly doubt: () => void;
  /** Lets go and does not try again, since the station wants another page of this terminal; only `wake` ends it. */
  readonly rest: () => void;
  readonly wake: () => void;
  readonly close: () => void;
};

export type StationLinkOptions = {
  readonly open: () => SocketLike;
  readonly clock: Clock;
  readonly jitter: () => number;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onMessage: (message: ToTerminal) => void;
  /** A message that is none of the protocol's: the station and this page are of different builds. */
  readonly onStranger: (detail: string) => void;
};

/** The pause before the next try, growing to 5 s: the station is next door, and a person may be waiting. */
export const retryPause = (tries: number, jitter: number): Ms =>
  ms(Math.round(Math.min(5000, 100 * 2 ** tries) * (0.5 + jitter / 2)));

/** A connection that says nothing for this long is taken for dead; the station speaks every 10 s. */
const silence: Ms = ms(25_000);

/** The same for one that was asked for a sign of life, which the station gives at once. */
const answers: Ms = ms(1_000);

export function linkToStation(options: StationLinkOptions): StationLink {
  type State =
    | { at: "opening" | "up"; socket: SocketLike; watch: Cancel }
    | { at: "waiting"; stop: Cancel }
    | { at: "resting" | "closed" };
  let state: State = { at: "closed" };
  let tries = 0;

  const watch = (socket: SocketLike): Cancel => options.clock.wait(silence, () => lose(socket));

  const connect = (): void => {
    const socket = options.open();
    state = { at: "opening", socket, watch: watch(socket) };
    socket.onopen = () => {
      if (state.at !== "opening" || state.socket !== socket) return;
      state = { ...state, at: "up" };
      tries = 0;
      options.onUp();
    };
    socket.onmessage = ({ data }) => {
      if (state.at !== "up" || state.socket !== socket || typeof data !== "string") return;
      state.watch();
      state = { ...state, watch: watch(socket) };
      if (data === "") return; // the station's sign of life
      const message = readToTerminal(data);
      if (message.ok) {
        if (message.value !== null) options.onMessage(message.value);
      } else options.onStranger(message.error.detail);
    };
    socket.onclose = () => lose(socket);
  };

  const lose = (socket: SocketLike): void => {
    if ((state.at !== "opening" && state.at !== "up") || state.socket !== socket) return;
    const wasUp = state.at === "up";
    state.watch();
    socket.onclose = null;
    socket.close();
    const pause = retryPause(tries, options.jitter());
    tries += 1;
    state = { at: "waiting", stop: options.clock.wait(pause, connect) };
    if (wasUp) options.onDown();
  };

  const letGo = (): void => {
    if (state.at === "waiting") state.stop();
    if (state.at !== "opening" && state.at !== "up") return;
    state.watch();
    state.socket.onclose = null;
    state.socket.close();
  };

  connect();
  return {
    send: (message) => {
      if (state.at !== "up") return false;
      state.socket.send(JSON.stringify(message));
      return true;
    },
    nudge: () => {
      if (state.at !== "waiting") return;
      state.stop();
      tries = 0;
      connect();
    },
    doubt: () => {
      if (state.at !== "opening" && state.at !== "up") return;
      const { socket } = state;
      state.watch();
      if (state.at === "up") socket.send("");
      state = { ...state, watch: options.clock.wait(answers, () => lose(socket)) };
    },
    rest: () => {
      letGo();
      state = { at: "resting" };
      options.onDown();
    },
    wake: () => {
      if (state.at === "resting") connect();
    },
    close: () => {
      letGo();
      state = { at: "closed" };
    },
  };
}
