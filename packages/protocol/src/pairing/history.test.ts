// Random histories of one pairing: messages lost, repeated and reordered, connections that come and go, restarts, time
// that passes, people who press. Whatever happens, nobody is active whom the other side's person has not confirmed.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Bytes, equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Instant, after, hours, minutes, seconds } from "@parley/base/time";
import { type Pairing, pairing } from "./state.ts";
import { type Pair, type Seat, carry, officer, seats, start } from "./testing/pair.ts";

const runs = process.env["PARLEY_FULL"] === "1" ? 2_000 : 30;

type Side = "offering" | "answering";
const sides = ["offering", "answering"] as const;

const anyAct = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), to: fc.constantFrom(...sides), which: fc.nat(5) }),
  },
  fc.record({
    do: fc.constantFrom("drop" as const, "repeat" as const),
    to: fc.constantFrom(...sides),
    which: fc.nat(5),
  }),
  fc.record({ do: fc.constantFrom("connect" as const, "restart" as const) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("match" as const), by: fc.constantFrom(...sides) }) },
  fc.record({
    do: fc.constant("wait" as const),
    for: fc.constantFrom(seconds(20), minutes(3), minutes(31), hours(24)),
  }),
);
const anyHistory = fc.record({
  seed: fc.nat(5),
  quick: fc.boolean(),
  acts: fc.array(anyAct, { maxLength: 40 }),
});

const pressedEver = (seat: Seat): boolean =>
  seat.state.type === "pressed" || seat.state.type === "unconfirmed" || seat.state.type === "active";

it("[PR10] [PR15] [PR19] over lost, repeated and reordered messages, restarts and time: never one-sided, and done when the wire is whole", () => {
  const seen: Partial<Record<string, number>> = {};
  fc.assert(
    fc.property(anyHistory, ({ seed, quick, acts }) => {
      const pair: Pair = seats(seed);
      const wire: Record<Side, Bytes[]> = { offering: [], answering: [] };
      const pressed = { offering: false, answering: false };
      let now: Instant = start;
      let timeCounted = false;
      const collect = () => {
        wire.answering.push(...pair.offering.out.splice(0));
        wire.offering.push(...pair.answering.out.splice(0));
      };
      for (const act of acts) {
        collect();
        switch (act.do) {
          case "deliver":
          case "drop":
          case "repeat": {
            const queue = wire[act.to];
            if (queue.length === 0) break;
            const at = act.which % queue.length;
            const bytes = queue[at] as Bytes;
            if (act.do !== "repeat") queue.splice(at, 1);
            if (act.do !== "drop") pair[act.to].feed({ type: "message", bytes }, now);
            break;
          }
          case "connect":
            for (const side of sides) pair[side].feed({ type: "connected" }, now);
            break;
          case "restart":
            for (const side of sides) {
              const before: Pairing = pair[side].state;
              pair[side].state = certain(decode(pairing, encode(pairing, before)));
              expect(pair[side].state).toEqual(before);
            }
            break;
          case "match":
            pair[act.by].feed({ type: "match", officer: officer(sides.indexOf(act.by) + 1) }, now);
            break;
          case "wait":
            if (quick) break;
            now = after(now, act.for);
            timeCounted = true;
            for (const side of sides) pair[side].feed({ type: "tick" }, now);
            break;
        }
        for (const side of sides) pressed[side] ||= pressedEver(pair[side]);
        for (const side of sides)
          if (pair[side].state.type === "active") expect(pressed).toEqual({ offering: true, answering: true });
      }
      // The wire is whole again, and people do what is left to them.
      collect();
      for (const bytes of wire.offering) pair.offering.feed({ type: "message", bytes }, now);
      for (const bytes of wire.answering) pair.answering.feed({ type: "message", bytes }, now);
      for (let round = 0; round < 3; round++) {
        for (const side of sides) pair[side].feed({ type: "connected" }, now);
        carry(pair, now);
        for (const side of sides)
          if (pair[side].state.type === "comparing") pair[side].feed({ type: "match", officer: officer(1) }, now);
        carry(pair, now);
      }
      const end = sides.map((side) => pair[side].state.type).join(" ");
      seen[end] = (seen[end] ?? 0) + 1;
      if (!timeCounted) expect(end).toBe("active active");
      if (end === "active active") {
        const [one, two] = [pair.offering.last("paired"), pair.answering.last("paired")];
        expect(equal(one.secret, two.secret) && equal(one.link, two.link)).toBe(true);
        for (const side of sides) expect(pair[side].effects.filter((e) => e.type === "paired").length).toBe(1);
      }
      // One side alone active: the other's person pressed and then let a week pass without a connection.
      if (end.includes("active") && end !== "active active") expect(timeCounted).toBe(true);
    }),
    { numRuns: runs },
  );
  console.log(`${runs} histories of a pairing ended ${JSON.stringify(seen)}`);
});
