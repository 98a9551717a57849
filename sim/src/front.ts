// The front of a simulated station: its desks' pages and their sockets, in place of web server and hub (terminals.ts of the
// station). Messages pass as the text that really crosses, through the schemas that really read them; sockets lose what was
// on them when they break, and are made again.
import { base64url } from "@parley/base/bytes";
import { type Instant, minutes, ms, seconds } from "@parley/base/time";
import { type IdText, idText } from "@parley/protocol/ids";
import type { StationNonce } from "@parley/protocol/signed/terminalCertificate";
import { readFromTerminal, readToTerminal } from "@parley/protocol/terminal/messages";
import type { Desk, FromTerminal, ToTerminal } from "@parley/station/duty/calls/port";
import { type DrillTerminals, drillTerminals } from "@parley/station/drillTerminals";
import type { TerminalsPort } from "@parley/station/inside";
import { pskOf } from "@parley/station/run/secrets";
import { type HeardOfDrill, type Rehearsing, type Said, makeRehearsing } from "./drillPage.ts";
import type { Equipment } from "./equipment.ts";
import { type Machine, makeMachine, startLife } from "./machine.ts";
import type { Taker } from "./media.ts";
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
  /** Something of the drill at this seat has. */
  readonly drillChanged: (seat: Seat) => void;
  /** A station's drills are to be shown anew. */
  readonly drillsChanged: (station: Station, alive: Alive) => void;
  readonly equipment: () => Equipment;
  readonly takerOf: (id: IdText, call: IdText) => Taker | null;
  /** Whether a browser takes the station's certificate. */
  readonly isTrusted: (station: Station) => boolean;
  /** The browser that a desk runs in, as it names itself. */
  readonly browser: string;
  readonly refused: (seat: Seat, code: string) => void;
  readonly sayTo: (seat: Seat, page: Terminal, ...rest: Parameters<TerminalPorts["sayTo"]>) => void;
  /** A page of this seat has keys with a far terminal that it had none with before. */
  readonly met: (seat: Seat, page: Terminal, call: IdText, far: IdText) => void;
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
  /** Its page's part in drills. */
  rehearsing: Rehearsing;
  browser: string;
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
  /** The browser is closed, until `reload`. */
  readonly close: (seat: Seat) => void;
  /** The page is loaded anew after `delay`. */
  readonly reload: (seat: Seat, delay: number) => void;
};

export const usualSocket = 15;

export function makeFront(station: Station, world: FrontWorld, dice: Dice): Front {
  const { queue } = world;
  const seats: Seat[] = [];
  const credentials = new Map<IdText, Instant>();
  let drillDesks: DrillTerminals | null = null;

  const online = (id: IdText): boolean =>
    seats.some((seat) => seat.id === id && seat.socket?.seen === true && seat.socket.alive === station.alive);

  const pageOf = (
    seat: Omit<Seat, "page" | "rehearsing" | "dies">,
    number: number,
  ): Pick<Seat, "page" | "rehearsing" | "dies"> => {
    const life = startLife(queue, seat.machine, ms(0));
    const self = (): Seat => seats.find(({ id }) => id === seat.id) as Seat;
    const met = (of: Terminal, call: IdText, far: IdText): void => {
      if (self().socket?.open === true) world.met(self(), of, call, far);
    };
    const shared = {
      refused: (code: string) => world.refused(self(), code),
      foreign: (call: IdText) => world.foreign(self(), call),
    };
    const tell = (message: Said): boolean => life.isAlive() && up(self(), message);
    const page: Terminal = new Terminal(seat.id, number, {
      ...shared,
      clock: life.clock,
      tell,
      sayTo: (...rest) => world.sayTo(self(), page, ...rest),
      changed: (link) => {
        rehearsing.look();
        world.changed(self(), link);
      },
      met: (...rest) => met(page, ...rest),
      works: (part) => world.equipment().works(seat.id, part, false),
    });
    const rehearsing = makeRehearsing({
      clock: life.clock,
      seat: self,
      tell,
      equipment: world.equipment,
      takerOf: world.takerOf,
      terminal: {
        ...shared,
        sayTo: (of, ...rest) => world.sayTo(self(), of, ...rest),
        met,
        changed: () => world.drillChanged(self()),
      },
    });
    return { page, rehearsing, dies: life.die };
  };

  /** To the station, in order. */
  const up = (seat: Seat, message: Said): boolean => {
    const { socket } = seat;
    if (socket === null || !socket.open) return false;
    const read = readFromTerminal(JSON.stringify(message));
    if (!read.ok) world.wrong(`a terminal said what its station cannot read: ${message.type} ${read.error.detail}`);
    const arrives = queue.now() + dice.span(ms(1), ms(seat.slowest));
    socket.free.up = Math.max(socket.free.up, arrives, station.machine.stoppedUntil);
    queue.wait(socket.free.up - queue.now(), () => {
      if (!socket.open || !socket.alive.life.isAlive()) return;
      void takes(socket.alive, seat, message);
    });
    return true;
  };

  /** Hands a terminal's word to the duty that it is for, as terminals.ts of the station does. */
  const takes = async ({ joined }: Alive, { id }: Seat, message: Said): Promise<void> => {
    switch (message.type) {
      case "drillable":
        return drillDesks?.says(id, message);
      case "drill":
        return joined?.drills?.run.fromTerminal(id, message.message as FromTerminal);
      case "found":
        return joined?.drills?.run.found(id, message.call, message.at, message.found);
      default:
        await joined?.calls.command({ from: "terminal", terminal: id, message });
    }
  };

  /** To the terminal, in order; `message` is already what it hears. */
  const down = (seat: Seat, message: Heard | HeardOfDrill): void => {
    const { socket, page } = seat;
    if (socket === null || !socket.open) return;
    const arrives = queue.now() + dice.span(ms(1), ms(seat.slowest));
    socket.free.down = Math.max(socket.free.down, arrives, seat.machine.stoppedUntil);
    queue.wait(socket.free.down - queue.now(), () => {
      if (!socket.open || seat.page !== page) return;
      if (isOfDrill(message)) return seat.rehearsing.hear(message);
      page.hear(message);
      if (message.type === "welcome" && holdsDrills(socket.alive)) seat.rehearsing.welcomed();
    });
  };

  const checked = (message: Exclude<ToTerminal, { type: "refused" | "admit" }>): void => {
    const read = readToTerminal(JSON.stringify(message));
    if (!read.ok) world.wrong(`a station said what its terminals cannot read: ${message.type} ${read.error.detail}`);
  };

  const connect = async (seat: Seat): Promise<void> => {
    const { alive } = station;
    if (alive === null || alive.joined === null || seat.away || seat.socket?.open === true) return;
    // The page asks again, now and then.
    if (!world.isTrusted(station)) return retry(seat, minutes(10));
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
    if (made.value.type !== "chain") return;
    const { renewAt } = made.value;
    credentials.set(seat.id, renewAt);
    // A page that stays for months renews by itself.
    if (holdsDrills(alive))
      queue.wait(renewAt - station.machine.wall(), () => {
        if (online(seat.id) && station.alive === alive) void renew(seat, alive);
      });
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
    const seen = (): void => {
      socket.seen = false;
      if (seat.socket === socket) drillDesks?.gone(seat.id);
    };
    if (stationKnows) seen();
    else queue.wait(dice.span(ms(0), seconds(15)), seen);
  };

  const admission = (
    alive: Alive,
    { link, call, side, generation, far }: ToTerminal & { type: "admit" },
  ): (Heard & { type: "admit" }) | null => {
    const secret = alive.links.generations(link).find(({ n }) => n === generation)?.secret;
    if (secret === undefined) {
      world.wrong(`${station.name} admits a terminal with no secret`);
      return null;
    }
    return { type: "admit", link, call, side, psk: base64url(pskOf(secret, link, generation, call)), far };
  };

  const desksOf = (alive: Alive): readonly Desk[] =>
    [...alive.identity.state().terminals.values()].map(({ id, name }) => ({
      terminal: idText(id),
      name,
      online: online(idText(id)),
    }));

  /** The terminals' part in the drills of this life, where its lines are rehearsed. */
  const drillsPort = (life: Alive): Pick<TerminalsPort, "drills"> => {
    drillDesks = drillTerminals({
      isOn: online,
      onChange: () => life.joined?.drills?.run.look(),
    });
    const { idle } = drillDesks;
    const to = (id: IdText, message: HeardOfDrill): void => {
      const seat = seats.find((it) => it.id === id);
      if (life.life.isAlive() && seat !== undefined) down(seat, message);
    };
    return {
      drills: {
        desks: () => desksOf(life),
        idle,
        tell: (id, message) => to(id, message),
        changed: () => world.drillsChanged(station, life),
        line: (id, message) => {
          if (message.type === "line" || message.type === "signal" || message.type === "receipt")
            to(id, { type: "drill", message });
        },
        admit: (id, message) => {
          const given = admission(life, message);
          if (given !== null) to(id, { type: "drill", message: given });
        },
      },
    };
  };

  const leave = (seat: Seat): void => {
    lose(seat, dice.chance(0.8));
    seat.page.close();
    seat.rehearsing.close();
    seat.dies();
    seat.away = true;
  };

  return {
    seats,
    seat: (it) => {
      const id = idText(it.id);
      const machine = makeMachine(queue, ms(world.pageSkew()));
      const { browser } = world;
      const bare = { station, it, id, machine, browser, pages: 1, socket: null, away: false, slowest: usualSocket };
      const seat: Seat = { ...bare, ...pageOf(bare, 1) };
      seats.push(seat);
      retry(seat, 0);
      return seat;
    },
    portOf: (alive) => ({
      ...drillsPort(alive),
      desks: () => desksOf(alive),
      tell: (to, message) => {
        if (!alive.life.isAlive()) return;
        checked(message);
        world.told(station, { to, message });
        if (message.type === "line") world.lineTold(station, message.link, message);
        if (message.type === "asked") return; // nobody here asks another terminal to call
        for (const seat of seats) if (to === null || seat.id === to) down(seat, message);
      },
      admit: (to, admit) => {
        if (!alive.life.isAlive()) return;
        world.told(station, { to, message: admit });
        const seat = seats.find(({ id }) => id === to);
        const given = admission(alive, admit);
        if (seat !== undefined && given !== null) down(seat, given);
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
    close: leave,
    reload: (seat, delay) => {
      leave(seat);
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

const holdsDrills = ({ joined }: Alive): boolean => joined !== null && joined.drills !== null;

const isOfDrill = (message: Heard | HeardOfDrill): message is HeardOfDrill => message.type.startsWith("drill");
