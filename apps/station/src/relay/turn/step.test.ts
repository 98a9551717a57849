import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ms } from "@parley/base/time";
import { step } from "./allocation.ts";
import { type Client, type Event, type Known, type Site, idle } from "./client.ts";
import { defaultLimits } from "./settings.ts";
import type { Field } from "./stun.ts";
import { channelField, overUdp } from "./test/client.ts";
import { field as raw, peer, transaction } from "./test/rig.ts";

describe("step", () => {
  const site: Site = {
    bounds: defaultLimits,
    source: peer("198.51.100.7", 1),
    onStream: false,
    families: new Set(["ipv4"]),
    room: () => "yes",
    reach: () => "peer",
  };
  const holder = { username: "1:n", name: "n", key: new Uint8Array(16) };
  const message = (method: Known["method"], ...fields: readonly Field[]): Known => ({
    class: method === "send" ? "indication" : "request",
    method,
    transaction: transaction(),
    attributes: fields.map((field) => ({ ...field, at: 0 })),
    bytes: new Uint8Array(20),
  });
  const states = (): readonly Client[] => {
    const [opening] = step(idle, { type: "request", message: message("allocate", overUdp), holder }, ms(0), site);
    const [open] = step(opening, { type: "relayOpened", relayed: peer("203.0.113.1", 5) }, ms(0), site);
    return [idle, opening, open];
  };
  const anyEvent = fc.oneof(
    fc.constantFrom<Event>({ type: "tick" }, { type: "gone" }, { type: "relayFailed" }),
    fc.nat(65535).map((port): Event => ({ type: "relayOpened", relayed: peer("203.0.113.1", port) })),
    fc.nat(3).map((n): Event => ({ type: "channelData", number: 0x4000 + n, data: new Uint8Array(n) })),
    fc.nat(3).map((n): Event => ({ type: "peerData", from: peer(`8.8.8.${n}`), data: new Uint8Array(n) })),
    fc
      .tuple(
        fc.constantFrom<Known["method"]>("allocate", "refresh", "createPermission", "channelBind"),
        fc.subarray<Field>([
          overUdp,
          channelField(0x4001),
          raw("xorPeerAddress", 0, 1, 0x21, 0x13, 8 ^ 0x21, 8 ^ 0x12, 8 ^ 0xa4, 8 ^ 0x42),
          raw("lifetime", 0, 0, 0, 0),
        ]),
      )
      .map(([method, fields]): Event => ({ type: "request", message: message(method, ...fields), holder })),
  );
  it("[TN30] after any history exactly the clients with an allocation have a relay, and time ends every one", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, fc.nat(120_000)), { maxLength: 40 }), (events) => {
        let state: Client = idle;
        let now = 0;
        let relay: "open" | "none" = "none";
        for (const [event, wait] of events) {
          now += wait;
          const before = state;
          const [next, effects] = step(before, event, ms(now), site);
          if (event.type === "relayFailed" && before.at === "opening") relay = "none";
          for (const effect of effects) {
            if (effect.type === "closeRelay") relay = "none";
            if (effect.type !== "openRelay") continue;
            expect(relay).toBe("none");
            relay = "open";
          }
          state = next;
          expect(relay).toBe(state.at === "idle" ? "none" : "open");
          if (event.type === "channelData" || event.type === "peerData") expect(state).toBe(before);
          if (state.at === "allocated") expect(state.numbers.size).toBe(state.channels.size);
        }
        expect(step(state, { type: "tick" }, ms(now + defaultLimits.maxLifetime + 1), site)[0]).toBe(idle);
      }),
    );
  });
  it("[TN30] each pair of state and event", () => {
    const events: readonly Event[] = [
      { type: "request", message: message("allocate", overUdp), holder },
      { type: "request", message: message("refresh"), holder },
      { type: "send", message: message("send") },
      { type: "channelData", number: 0x4000, data: new Uint8Array(1) },
      { type: "peerData", from: peer("8.8.8.8"), data: new Uint8Array(1) },
      { type: "relayOpened", relayed: peer("203.0.113.1", 6) },
      { type: "relayFailed" },
      { type: "tick" },
      { type: "gone" },
    ];
    const table = states().map((state) =>
      events.map((event) => {
        const [next, effects] = step(state, event, ms(1), site);
        const said = effects.map((effect) => (effect.type === "drop" ? effect.why : effect.type));
        return [event.type, next.at, ...said].join(" ");
      }),
    );
    const lines = (text: string) => text.trim().split(/\s*\n\s*/);
    expect(table).toEqual([
      lines(`request opening openRelay
             request idle answer
             send idle no allocation
             channelData idle no allocation
             peerData idle no allocation
             relayOpened idle closeRelay
             relayFailed idle
             tick idle
             gone idle`),
      lines(`request opening answer
             request opening answer
             send opening no allocation
             channelData opening no allocation
             peerData opening no allocation
             relayOpened allocated answer
             relayFailed idle answer
             tick opening
             gone idle closeRelay`),
      lines(`request allocated answer
             request allocated answer
             send allocated malformed
             channelData allocated no channel
             peerData allocated no permission
             relayOpened allocated
             relayFailed allocated
             tick allocated
             gone idle closeRelay`),
    ]);
  });
});
