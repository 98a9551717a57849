import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { minutes } from "@parley/base/time";
import { systemClock, systemRandom } from "../systemPorts.ts";
import { answersBinding, tryRelay } from "./trial.ts";
import { turnCredentials } from "./turn/credentials.ts";
import { type TurnServer, startTurn } from "./turn/server.ts";
import { makeCertificate } from "./turn/test/certificate.ts";

const secret = "a secret for tests alone";
const deps = { clock: systemClock, random: systemRandom };
const credential = () => turnCredentials(secret, "doctor", systemClock.now(), minutes(1));
let server: TurnServer;

beforeAll(async () => {
  server = certain(
    await startTurn(
      {
        realm: "parley",
        secret,
        listeners: (["udp", "tcp", "tls"] as const).map((transport) => ({ transport, address: "127.0.0.1", port: 0 })),
        certificate: await makeCertificate("trial"),
        relays: [{ bind: "127.0.0.1", advertise: "127.0.0.1" }],
        relayPorts: null,
        allowPeers: [],
      },
      deps,
    ),
  );
});
afterAll(() => server.close());

describe("a trial of a relay", () => {
  it("[CL8] goes through two allocations and back, over UDP, TCP and TLS", async () => {
    for (const { transport, port } of server.listeners) {
      const place = { transport, host: "localhost", port };
      const tried = await tryRelay(place, credential(), deps);
      expect([transport, tried.ok]).toEqual([transport, true]);
      expect(await answersBinding(place, deps)).toBe(true);
    }
    expect(server.stats().up.packets).toBeGreaterThanOrEqual(6);
  });

  it("[CL8] says at which step it failed: a wrong credential, a port that is closed, one where nothing answers", async () => {
    const [udp, tcp] = server.listeners;
    const wrong = { ...credential(), credential: "wrong" };
    const refused = await tryRelay({ transport: "udp", host: "127.0.0.1", port: udp?.port ?? 0 }, wrong, deps);
    expect(refused).toEqual({ ok: false, error: "allocating: refused with 401" });

    const silent = createSocket("udp4");
    await new Promise<void>((resolve) => silent.bind(0, "127.0.0.1", resolve));
    const place = { transport: "udp", host: "127.0.0.1", port: silent.address().port } as const;
    expect(await tryRelay(place, credential(), deps)).toEqual({ ok: false, error: "allocating: no answer" });
    expect(await answersBinding(place, deps)).toBe(false);
    silent.close();

    const closing = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => closing.listen(0, "127.0.0.1", resolve));
    const address = closing.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect((await tryRelay({ transport: "tcp", host: "127.0.0.1", port }, credential(), deps)).ok).toBe(false);
    await new Promise((resolve) => closing.close(resolve));
    expect((await tryRelay({ transport: "tcp", host: "127.0.0.1", port }, credential(), deps)).ok).toBe(false);
    expect(tcp?.transport).toBe("tcp");
  });
});
