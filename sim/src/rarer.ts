// More that goes wrong while people are about: clocks that drift, stand or are lost, machines that stop and go on, paths that
// carry one way, names that are not found. Each puts itself right through `during` (faults.ts).
import { type Ms, instant, minutes, ms, seconds } from "@parley/base/time";
import { noClockBefore } from "@parley/protocol/limits";
import { usualSocket } from "./front.ts";
import type { FaultKind } from "./plan.ts";
import type { Dice } from "./random.ts";
import type { Machine } from "./machine.ts";
import type { Station } from "./station.ts";
import { type Pair, type World, frontOf, seatsOf } from "./parts.ts";

export type FaultTools = {
  readonly world: () => World;
  readonly dice: Dice;
  readonly wait: (delay: number, then: () => void) => void;
  /** Undoes after `length`, or at the end of the spell. */
  readonly during: (length: Ms, undo: () => void) => void;
  readonly slowDisk: (station: Station, takes: Ms, length: Ms) => void;
};

/** What a clock shows whose battery is dead. */
const lostClock = instant(Date.UTC(2000, 0, 1));

export function rarerFaults({
  world,
  dice,
  wait,
  during,
  slowDisk,
}: FaultTools): Partial<Record<FaultKind, () => void>> {
  const anyPair = (): Pair => dice.pick(world().pairs) as Pair;
  const anyStation = (): Station => dice.pick(world().stations) as Station;
  const anySeat = () => dice.pick(seatsOf(world()));

  const touched = (machine: Machine): void => {
    const now = world().queue.now();
    machine.skew = ms(machine.skew + Math.round(machine.drift * (now - machine.setAt)));
    machine.setAt = now;
  };

  const stop = (machine: Machine, length: Ms): void => {
    machine.stoppedUntil = world().queue.now() + length;
  };

  return {
    oneWay: () => {
      const { a, b } = anyPair();
      const [from, to] = dice.chance(0.5) ? [a, b] : [b, a];
      if (world().network.isCut(a.host, b.host)) return;
      world().network.cutOneWay(from.host, to.host);
      during(dice.about(seconds(30)), () => world().network.mend(from.host, to.host));
    },
    flap: () => {
      const { a, b } = anyPair();
      if (world().network.isCut(a.host, b.host)) return;
      let at = 0;
      for (let n = 0; n < 6; n++) {
        wait(at, () => world().awake && world().network.cut(a.host, b.host));
        at += dice.span(ms(100), seconds(4));
        wait(at, () => world().network.mend(a.host, b.host));
        at += dice.span(ms(100), seconds(4));
      }
      during(ms(at), () => world().network.mend(a.host, b.host));
    },
    forgotten: () => {
      const { a, b } = anyPair();
      world().network.forget(a.host, b.host);
    },
    nameless: () => {
      const { host } = anyStation();
      world().network.unname(host, true);
      during(dice.about(minutes(2)), () => world().network.unname(host, false));
    },
    stopped: () => {
      const station = anyStation();
      const length = dice.about(seconds(12));
      stop(station.machine, length);
      world().network.hold(station.host, station.machine.stoppedUntil);
    },
    clockDrifts: () => {
      const { machine } = anyStation();
      touched(machine);
      machine.drift = (dice.chance(0.5) ? 1 : -1) * 0.002;
      during(dice.about(minutes(10)), () => {
        touched(machine);
        machine.drift = 0;
      });
    },
    clockStands: () => {
      const { machine } = anyStation();
      if (machine.stands !== null) return;
      machine.setAt = world().queue.now();
      machine.stands = machine.wall();
      during(dice.about(minutes(1)), () => {
        machine.stands = null;
        machine.setAt = world().queue.now();
      });
    },
    clockLost: () => {
      const station = anyStation();
      if (station.machine.stands !== null || station.machine.wall() < noClockBefore) return;
      const { skew } = station.machine;
      station.kill("power lost, and its clock");
      station.machine.skew = ms(skew + (lostClock - station.machine.wall()));
      station.machine.setAt = world().queue.now();
      during(dice.span(seconds(5), minutes(1)), () => {
        station.machine.skew = skew;
        station.machine.setAt = world().queue.now();
      });
    },
    diskStalls: () => slowDisk(anyStation(), dice.span(seconds(4), seconds(8)), seconds(30)),
    powerCut: () => {
      for (const station of world().stations) station.kill("power cut");
    },
    crashLoop: () => {
      const station = anyStation();
      for (let n = 0; n < 5; n++) wait(n * 2500, () => station.kill("killed again"));
    },
    allSockets: () => {
      const station = anyStation();
      const front = frontOf(world(), station);
      for (const seat of front.seats) front.breakSocket(seat);
    },
    slowSocket: () => {
      const seat = anySeat();
      if (seat === undefined) return;
      seat.slowest = dice.span(ms(300), seconds(3));
      during(dice.about(minutes(1)), () => {
        seat.slowest = usualSocket;
      });
    },
    deskCloses: () => {
      const seat = anySeat();
      if (seat !== undefined && !seat.away)
        frontOf(world(), seat.station).reload(seat, dice.span(seconds(5), minutes(3)));
    },
    deskStops: () => {
      const seat = anySeat();
      if (seat !== undefined) stop(seat.machine, dice.about(seconds(20)));
    },
    deskClock: () => {
      const seat = anySeat();
      if (seat === undefined) return;
      const by = dice.about(minutes(5));
      seat.machine.skew = ms(seat.machine.skew + (dice.chance(0.5) ? by : 0 - by));
    },
  };
}
