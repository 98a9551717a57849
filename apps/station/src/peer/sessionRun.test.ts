import { describe, expect, it } from "vitest";
import { type Clock, type Ms, instant, ms } from "@parley/base/time";
import { seeded } from "./simulated.ts";
import { runSession } from "./sessionRun.ts";
import type { SessionEffect } from "./sessionState.ts";

/** A machine that can stand still: while it does, time passes and nothing runs; then all that is due runs, timers first. */
function stoppable() {
  let now = 0;
  let timers: { readonly at: number; readonly ring: () => void }[] = [];
  const clock: Clock = {
    now: () => instant(now),
    elapsed: () => ms(now),
    wait: (delay, ring) => {
      const timer = { at: now + delay, ring };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  };
  const run = (): void => {
    for (;;) {
      const due = timers.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) return;
      timers = timers.filter((one) => one !== due);
      due.ring();
    }
  };
  return {
    clock,
    standStill: (length: Ms) => {
      now += length;
      run();
    },
    pass: (length: Ms) => {
      for (const end = now + length; now < end; now++) run();
      run();
    },
  };
}

describe("the session's timer", () => {
  function connected() {
    const machine = stoppable();
    const effects: SessionEffect[] = [];
    const session = runSession(
      "here",
      machine.clock,
      seeded(1),
      (effect) => effects.push(effect),
      () => undefined,
    );
    session.start();
    const conn = effects[0]?.conn ?? -1;
    session.apply({ type: "dialled", conn });
    session.apply({ type: "greeted", conn, greeting: { version: 1 } });
    machine.pass(ms(20_000));
    const ping = effects.findLast((effect) => effect.type === "ping");
    return { machine, session, conn, nonce: ping?.nonce ?? -1 };
  }

  it("[LK24] after a machine stood still, what came meanwhile is heard before anybody is given up", () => {
    const { machine, session, conn, nonce } = connected();
    machine.standStill(ms(60_000));
    machine.pass(ms(10));
    session.apply({ type: "pong", conn, nonce });
    machine.pass(ms(1000));
    expect(session.state()).toMatchObject({ at: "up", open: { conn } });
  });

  it("[LK24] and who is silent then is given up all the same", () => {
    const { machine, session } = connected();
    machine.standStill(ms(60_000));
    machine.pass(ms(100));
    expect(session.state().at).toBe("down");
  });
});
