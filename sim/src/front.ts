// The front of a simulated station: its desks' pages and their sockets, in place of web server and hub (terminals.ts of the
// station). Messages pass as the text that really crosses, through the schemas that really read them; sockets lose what was
// on them when they break, and are made again.
import { base64url } from "@parley/base/bytes";
import { type Instant, ms, seconds } from "@parley/base/time";
import { type IdText, idText } from "@parley/protocol/ids";
import type { StationNonce } from "@parley/protocol/signed/terminalCertificate";
import { readFromTerminal, readToTerminal } from "@parley/protocol/terminal/messages";
import type { FromTerminal, ToTerminal } from "@parley/station/duty/calls/port";
import type { TerminalsPort } from "@parley/station/inside";
import { pskOf } from "@parley/station/run/secrets";
import { type Machine, makeMachine, startLife } from "./machine.ts";
import type { Queue } from "./queue.ts";
import type { Dice } from "./random.ts";
import type { Alive, Enrolled, Station } from "./station.ts";
import { type Heard, Terminal, type TerminalPorts } from "./terminal.ts";
import type { Told } from "./watch.ts";

/** What the front of a station tells the world. */
export type FrontWorld = {
  readonly queue: Queue;
  readonly note: (line: string) => void;
  readonly changed: (seat: Seat, link: IdText) => void;
  readonly refused: (seat: Seat, code: string) => void;
  readonly sayTo: TerminalPorts["sayTo"] extends (...args: infer A) => void ? (seat: Seat, ...args: A) => void : never;
  /** This seat has keys with a far terminal that it had none with before. */
  readonly met: (seat: Seat, call: IdText, far: IdText) => void;
  readonly foreign: (seat: Seat, call: IdText) => void;
  /** The station has told its terminals of a line. */
  readonly lineTold: (station: Station, link: IdText, message: ToTerminal & { type: "line" }) => void;
  /** It has said anything to any of them. */
  readonly told: (station: Station, told: Told) => void;
  readonly comes: (seat: Seat) => void;
  readonly wrong: (what: string) => void;
  /** How far a new page's clock is wrong. */
  readonly pageSkew: () => number;
};

/** `open`: messages pass. `seen`: the station takes the terminal for there. */
type Socket = { readonly alive: Alive; free: { up: number; down: number }; open: boolean; seen: boolean };

/** A desk: an enrolled browser, its page, and its socket. */
export type Seat = {
  readonly station: Station;
  readonly it: Enrolled;
  readonly id: IdText;
  readonly machine: Machine;
  page: Terminal;
  pages: number;
  socket: Socket | null;
  dies: () => void;
  /** Until when the browser is closed. */
  away: boolean;
  /** The longest that a message is on its way between page and station, milliseconds. */
  slowest: number;
};

export type Front = {
  readonly seats: readonly Seat[];
  readonly seat: (it: Enrolled) => Seat;
  readonly portOf: (alive: Alive) => TerminalsPort;
  readonly began: () => void;
  readonly ended: () => void;
  readonly breakSocket: (seat: Seat) => void;
  /** The page is loaded anew after `delay`. */
  readonly reload: (seat: Seat, delay: number) => void;
};

export const usualSocket = 15;

export function makeFront(station: Station, world: FrontWorld, dice: Dice): Front {
  const { queue } = world;
  const seats: Seat[] = [];
  const credentials = new Map<IdText, Instant>();

  const online = (id: IdText): boolean =>
    seats.some((seat) => seat.id === id && seat.socket?.seen === true && seat.socket.alive === station.alive);

  const pageOf = (seat: Omit<Seat, "page" | "dies">, number: number): { page: Terminal; dies: () => void } => {
    const life = startLife(queue, seat.machine, ms(0));
    const self = (): Seat => seats.find(({ id }) => id === seat.id) as Seat;
    const page = new Terminal(seat.id, number, {
      clock: life.clock,
      tell: (message) => life.isAlive() && up(self(), message),
      sayTo: (far, call, word) => world.sayTo(self(), far, call, word),
      changed: (link) => world.changed(self(), link),
      refused: (code) => world.refused(self(), code),
      met: (call, far) => {
        if (self().socket?.open === true) world.met(self(), call, far);
      },
      foreign: (call) => world.foreign(self(), call),
    });
    return { page, dies: life.die };
  };

  /** To the station, in order. */
  const up = (seat: Seat, message: FromTerminal): boolean => {
    const { socket } = seat;
    if (socket === null || !socket.open) return false;
    const read = readFromTerminal(JSON.stringify(message));
    if (!read.ok) world.wrong(`a terminal said what its station cannot read: ${message.type} ${read.error.detail}`);
    const arrives = queue.now() + dice.span(ms(1), ms(seat.slowest));
    socket.free.up = Math.max(socket.free.up, arrives, station.machine.stoppedUntil);
    queue.wait(socket.free.up - queue.now(), () => {
      if (!socket.open || !socket.alive.life.isAlive()) return;
      void socket.alive.joined?.calls.command({ from: "terminal", terminal: seat.id, message });
    });
    return true;
  };

  /** To the terminal, in order; `message` is already what it hears. */
  const down = (seat: Seat, message: Heard): void => {
    const { socket, page } = seat;
    if (socket === null || !socket.open) return;
    const arrives = queue.now() + dice.span(ms(1), ms(seat.slowest));
    socket.free.down = Math.max(socket.free.down, arrives, seat.machine.stoppedUntil);
    queue.wait(socket.free.down - queue.now(), () => {
      if (socket.open && seat.page === page) page.hear(message);
    });
  };

  const checked = (message: Exclude<ToTerminal, { type: "refused" | "admit" }>): void => {
    const read = readToTerminal(JSON.stringify(message));
    if (!read.ok) world.wrong(`a station said what its terminals cannot read: ${message.type} ${read.error.detail}`);
  };

  const connect = async (seat: Seat): Promise<void> => {
    const { alive } = station;
    if (alive === null || alive.joined === null || seat.away || seat.socket?.open === true) return;
    const socket: Socket = { alive, free: { up: 0, down: 0 }, open: true, seen: true };
    seat.socket = socket;
    await renew(seat, alive);
    if (!socket.open) return;
    down(seat, { type: "welcome" });
    world.comes(seat);
    await alive.joined.calls.command({ from: "presence", terminal: seat.id });
  };

  /** A credential, when there is none or it is due. */
  const renew = async (seat: Seat, alive: Alive): Promise<void> => {
    if ((credentials.get(seat.id) ?? 0) > station.machine.wall()) return;
    const nonce = dice.bytes(32) as Uint8Array as StationNonce;
    const request = station.request(seat.it, nonce);
    const made = await alive.identity.command({ type: "renewTerminal", request, nonce });
    if (!made.ok) return world.wrong(`no credential for a desk of ${station.name}: ${made.error.code}`);
    if (made.value.type === "chain") credentials.set(seat.id, made.value.renewAt);
  };

  const retry = (seat: Seat, delay: number): void => {
    queue.wait(delay, () => {
      if (seat.socket?.open !== true && !seat.away) void connect(seat);
    });
  };

  /** The socket is dead; either side finds out when it does. */
  const lose = (seat: Seat, stationKnows: boolean): void => {
    const { socket } = seat;
    if (socket === null) return;
    socket.open = false;
    if (stationKnows) socket.seen = false;
    else queue.wait(dice.span(ms(0), seconds(15)), () => (socket.seen = false));
  };

  return {
    seats,
    seat: (it) => {
      const id = idText(it.id);
      const machine = makeMachine(queue, ms(world.pageSkew()));
      const bare = { station, it, id, machine, pages: 1, socket: null, away: false, slowest: usualSocket };
      const seat: Seat = { ...bare, ...pageOf(bare, 1) };
      seats.push(seat);
      retry(seat, 0);
      return seat;
    },
    portOf: (alive) => ({
      desks: () =>
        [...alive.identity.state().terminals.values()].map(({ id, name }) => ({
          terminal: idText(id),
          name,
          online: online(idText(id)),
        })),
      tell: (to, message) => {
        if (!alive.life.isAlive()) return;
        checked(message);
        world.told(station, { to, message });
        if (message.type === "line") world.lineTold(station, message.link, message);
        if (message.type === "asked") return; // nobody here asks another terminal to call
        for (const seat of seats) if (to === null || seat.id === to) down(seat, message);
      },
      admit: (to, admit) => {
        const { link, call, side, generation, far } = admit;
        if (!alive.life.isAlive()) return;
        world.told(station, { to, message: admit });
        const seat = seats.find(({ id }) => id === to);
        const secret = alive.links.generations(link).find(({ n }) => n === generation)?.secret;
        if (secret === undefined) return world.wrong(`${station.name} admits a terminal with no secret`);
        const psk = base64url(pskOf(secret, link, generation, call));
        if (seat !== undefined) down(seat, { type: "admit", link, call, side, psk, far });
      },
      refuse: (to, code) => {
        const seat = seats.find(({ id }) => id === to);
        if (seat !== undefined) down(seat, { type: "refused", code });
      },
      changed: () => undefined,
      linksChanged: () => undefined,
      dismiss: () => undefined,
      renewAll: () => {
        credentials.clear();
        for (const seat of seats) if (online(seat.id)) void renew(seat, alive);
      },
    }),
    began: () => {
      for (const seat of seats) retry(seat, dice.span(ms(10), seconds(1)));
    },
    ended: () => {
      for (const seat of seats) lose(seat, true);
    },
    breakSocket: (seat) => {
      lose(seat, dice.chance(0.5));
      retry(seat, dice.span(ms(50), seconds(12)));
    },
    reload: (seat, delay) => {
      lose(seat, dice.chance(0.8));
      seat.page.close();
      seat.dies();
      seat.away = true;
      queue.wait(delay, () => {
        seat.away = false;
        seat.pages += 1;
        seat.machine.skew = ms(world.pageSkew());
        Object.assign(seat, pageOf(seat, seat.pages));
        world.note(`${station.name} ${seat.it.name} loads`);
        retry(seat, 0);
      });
    },
  };
}
