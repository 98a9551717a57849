import { describe, expect, it } from "vitest";
import { ok } from "@parley/base/result";
import { after, seconds } from "@parley/base/time";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import { relayCredentials } from "./relayCredentials.ts";
import type { RelayRun } from "./relayRun.ts";
import { iceServersFor } from "./relay/iceServers.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";

function rig() {
  const time = clockByHand();
  const told: (ToTerminal & { type: "iceServers" })[] = [];
  let open = true;
  const relay: RelayRun = {
    listeners: [],
    trial: () => null,
    serversFor: (call, terminal) =>
      iceServersFor(
        { urls: ["turn:192.0.2.1:4432"], secret: "s".repeat(16) },
        `${call}:${terminal}`,
        time.clock.now(),
        seconds(100),
      ),
    evict: () => undefined,
    present: () => ok(null),
    close: async () => undefined,
  };
  const credentials = relayCredentials({
    clock: time.clock,
    relay,
    isOpen: () => open,
    tell: (_to, message) => void told.push(message),
  });
  return { ...time, told, credentials, hangUp: () => void (open = false) };
}

describe("relay credentials", () => {
  it("[CL12] a terminal in a call holds a credential that has not run out, however long the call is", () => {
    const { clock, pass, told, credentials } = rig();
    const expiry = (ice: readonly { username: string }[]): number => Number(ice[0]?.username.split(":")[0]) * 1000;
    let held = expiry(credentials.give("desk", "link", "call"));
    for (let second = 0; second < 3600; second++) {
      pass(seconds(1));
      const latest = told.at(-1);
      if (latest !== undefined) held = expiry(latest.iceServers);
      expect(held).toBeGreaterThan(after(clock.now(), seconds(49)));
    }
    expect(told.length).toBe(72);
    expect(new Set(told.map(({ iceServers }) => iceServers[0]?.credential)).size).toBe(72);
  });

  it("[CL12] nothing is renewed once the call is over, and one terminal has one renewal under way", () => {
    const { pass, told, credentials, hangUp, waiting } = rig();
    credentials.give("desk", "link", "call");
    credentials.give("desk", "link", "call");
    expect(waiting()).toBe(1);
    pass(seconds(51));
    expect(told.length).toBe(1);
    hangUp();
    pass(seconds(500));
    expect(told.length).toBe(1);
    expect(waiting()).toBe(0);
  });
});
