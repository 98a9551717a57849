// What goes wrong, when, and how often it has: the weather of the plan, carried out. Everything that was broken is put right
// by `end`, whatever it was.
import { type Ms, days, minutes, ms, seconds } from "@parley/base/time";
import type { CommitFault } from "@parley/station/store/memory";
import { type FaultKind, noFaults } from "./plan.ts";
import { usualSlowest } from "./net.ts";
import type { Dice } from "./random.ts";
import { rarerFaults } from "./rarer.ts";
import type { Station } from "./station.ts";
import { type Pair, type World, frontOf, seatsOf } from "./parts.ts";

export type Faults = {
  /** A station's program has died: it is started again after a while, unless the machine is switched off. */
  readonly fallen: (station: Station) => void;
  readonly begin: () => void;
  /** What begins while nobody is about, and lasts for weeks or months. */
  readonly betweenSpells: () => void;
  readonly end: () => void;
  readonly dialFails: () => boolean;
  readonly onCommit: (station: Station) => CommitFault;
  /** Null where the disk is as fast as ever. */
  readonly commitTakes: (station: Station) => Ms | null;
  readonly mediaCut: () => boolean;
  /** One more of a kind that somebody else carries out. */
  readonly count: (kind: FaultKind) => void;
  readonly counts: () => Readonly<Record<FaultKind, number>>;
};

export function makeFaults(world: () => World, dice: Dice): Faults {
  const counts = noFaults();
  const full = new Set<Station>();
  const slow = new Map<Station, Ms>();
  let on = false;
  let spell = 0;
  let media = false;

  const wait = (delay: number, then: () => void): void => void world().queue.wait(delay, then);
  const anyPair = (): Pair => dice.pick(world().pairs) as Pair;
  const anyStation = (): Station => dice.pick(world().stations) as Station;

  /** For `length`, unless the spell is over before: then at its end. */
  const during = (length: Ms, undo: () => void): void => {
    const mine = spell;
    let done = false;
    const once = (): void => {
      if (done) return;
      done = true;
      undo();
    };
    undone.push(once);
    wait(length, () => mine === spell && once());
  };
  let undone: (() => void)[] = [];

  const cut = (length: Ms): void => {
    const { a, b } = anyPair();
    if (world().network.isCut(a.host, b.host)) return;
    world().network.cut(a.host, b.host);
    during(length, () => world().network.mend(a.host, b.host));
  };

  const startAgain = (station: Station): void => {
    if (station.alive === null && !longGone.has(station)) void station.start();
  };

  /** Everything that lasts longer than a spell has its own end. */
  const forMonths = (begin: () => void, undo: () => void): void => {
    begin();
    wait(dice.span(days(3), days(120)), undo);
  };

  const carryOut: Partial<Record<FaultKind, () => void>> = {
    shortCut: () => cut(dice.span(ms(200), seconds(14))),
    longCut: () => cut(dice.about(minutes(2))),
    reset: () => {
      const { a, b } = anyPair();
      world().network.reset(a.host, b.host);
    },
    slowPath: () => {
      const { a, b } = anyPair();
      world().network.slow(a.host, b.host, dice.span(ms(300), seconds(4)));
      during(dice.about(minutes(1)), () => world().network.slow(a.host, b.host, usualSlowest));
    },
    shutDoor: () => {
      const { host } = anyStation();
      world().network.shut(host, true);
      during(dice.about(minutes(3)), () => world().network.shut(host, false));
    },
    crash: () => {
      const station = anyStation();
      station.kill("killed");
    },
    diskFull: () => {
      const station = anyStation();
      full.add(station);
      during(dice.about(seconds(10)), () => full.delete(station));
    },
    slowDisk: () => {
      const station = anyStation();
      slow.set(station, dice.span(ms(100), seconds(3)));
      during(dice.about(seconds(40)), () => slow.delete(station));
    },
    socket: () => {
      const seat = dice.pick(seatsOf(world()));
      if (seat !== undefined) frontOf(world(), seat.station).breakSocket(seat);
    },
    reload: () => {
      const seat = dice.pick(seatsOf(world()));
      if (seat !== undefined && !seat.away) frontOf(world(), seat.station).reload(seat, dice.about(seconds(4)));
    },
    mediaCut: () => {
      setMedia(true);
      during(dice.about(seconds(10)), () => setMedia(false));
    },
    clockSet: () => {
      const { machine } = anyStation();
      const by = dice.about(minutes(10));
      machine.setAt = world().queue.now();
      machine.skew = ms(dice.chance(0.5) ? by : 0 - by);
    },
    absence: () => {
      const { a, b } = anyPair();
      if (!longGone.has(a) && !longGone.has(b))
        forMonths(
          () => {
            longGone.add(a);
            world().network.cut(a.host, b.host);
          },
          () => {
            longGone.delete(a);
            world().network.mend(a.host, b.host);
          },
        );
    },
    off: () => {
      const station = anyStation();
      if (longGone.size === 0)
        forMonths(
          () => {
            longGone.add(station);
            station.kill("switched off");
          },
          () => {
            longGone.delete(station);
            startAgain(station);
          },
        );
    },
  };
  Object.assign(
    carryOut,
    rarerFaults({
      world,
      dice: dice.fork("rarer"),
      wait,
      during,
      slowDisk: (station, takes, length) => {
        slow.set(station, takes);
        during(length, () => slow.delete(station));
      },
    }),
  );
  const longGone = new Set<Station>();

  const setMedia = (is: boolean): void => {
    media = is;
    for (const seat of seatsOf(world())) world().media.look(seat);
  };

  const happen = (kind: FaultKind): void => {
    const act = carryOut[kind];
    if (act === undefined) return;
    counts[kind]++;
    world().trace.note(`-- ${kind}`);
    act();
  };

  const schedule = (kind: FaultKind, mean: Ms, mine: number): void =>
    wait(dice.about(mean), () => {
      if (mine !== spell || !on) return;
      happen(kind);
      schedule(kind, mean, mine);
    });

  return {
    fallen: (station) => {
      if (on && !longGone.has(station)) wait(dice.span(ms(300), seconds(15)), () => startAgain(station));
    },
    begin: () => {
      on = true;
      spell++;
      for (const [kind, mean] of Object.entries(world().plan.weather.every) as [FaultKind, Ms][])
        schedule(kind, mean, spell);
    },
    betweenSpells: () => {
      const { absence, off } = world().plan.weather.perPause;
      if (dice.chance(absence)) happen("absence");
      if (dice.chance(off)) happen("off");
    },
    end: () => {
      on = false;
      spell++;
      for (const undo of undone) undo();
      undone = [];
      for (const station of world().stations) startAgain(station);
    },
    dialFails: () => {
      if (!on || !dice.chance(world().plan.weather.perDial)) return false;
      counts.dialFails++;
      return true;
    },
    onCommit: (station) => {
      if (full.has(station)) return "full";
      if (!on) return "keep";
      const { lose, tear, mute, lie } = world().plan.weather.perCommit;
      const x = dice.part();
      if (x < lose) return counted("diskLoses", "lose");
      if (x < lose + tear) return counted("diskTears", "tear");
      if (x < lose + tear + mute) return counted("diskMute", "mute");
      // A pairing that a disk forgets is no pairing; what comes after it is.
      const liar = x < lose + tear + mute + lie && world().pairs.every(({ link }) => link !== null);
      return liar ? counted("diskLies", "lie") : "keep";
    },
    commitTakes: (station) => slow.get(station) ?? null,
    mediaCut: () => media,
    count: (kind) => void counts[kind]++,
    counts: () => counts,
  };

  function counted(kind: FaultKind, fault: CommitFault): CommitFault {
    counts[kind]++;
    world().trace.note(`-- ${kind}`);
    return fault;
  }
}
