import { describe, expect, it } from "vitest";
import { instant, minutes } from "@parley/base/time";
import { iceServersFor, turnUrls } from "./iceServers.ts";
import { turnCredentials } from "./turn/credentials.ts";

describe("what a terminal is given", () => {
  it("[TN43] is every address of the relay with one credential, and when to come back for the next", () => {
    const relay = { urls: ["turn:a:1?transport=udp", "turns:a:2?transport=tcp"], secret: "north" };
    const now = instant(1_700_000_000_000);
    const { username, credential } = turnCredentials("north", "call:desk", now, minutes(30));
    expect(iceServersFor(relay, "call:desk", now, minutes(30))).toEqual({
      servers: [{ urls: relay.urls, username, credential }],
      renewAt: now + 15 * 60_000,
      expires: now + 30 * 60_000,
    });
  });
  it("[TN43] names each listener by its transport, under the host of its family", () => {
    const listeners = [
      { transport: "udp", address: "0.0.0.0", port: 1 },
      { transport: "tcp", address: "0.0.0.0", port: 2 },
      { transport: "tls", address: "::", port: 3 },
    ] as const;
    expect(turnUrls(listeners, { ipv4: "relay.example", ipv6: "2a00::1" })).toEqual([
      "turn:relay.example:1?transport=udp",
      "turn:relay.example:2?transport=tcp",
      "turns:[2a00::1]:3?transport=tcp",
    ]);
    expect(turnUrls(listeners, { ipv6: "x" })).toEqual(["turns:x:3?transport=tcp"]);
  });
});
