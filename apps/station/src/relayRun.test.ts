// The credential by which a linked station tries our relay: the built-in one's, for a minute, under a name of its own.
import { describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { type Clock, instant, minutes, seconds } from "@parley/base/time";
import { readConfig } from "./config.ts";
import { tryRelay } from "./relay/trial.ts";
import { startRelay } from "./relayRun.ts";
import { systemClock, systemRandom } from "./systemPorts.ts";
import { freePort } from "./testing/freePort.ts";

describe("a trial of the relay", () => {
  it("[CK19] opens paths for a minute, and no more", { timeout: 60_000 }, async () => {
    let ahead = 0;
    const clock: Clock = { ...systemClock, now: () => instant(systemClock.now() + ahead) };
    const port = await freePort();
    const { turn } = certain(
      readConfig(JSON.stringify({ turn: { host: "127.0.0.1", udpPort: port, tcpPort: port, tlsPort: port + 1 } })),
    );
    const deps = { clock, random: systemRandom, secretFile: "", certificate: null, tlsName: "localhost" };
    const relay = certain(await startRelay(turn, deps));
    try {
      const trial = relay.trial("somebody");
      if (trial === null) throw new Error("no trial of a built-in relay");
      expect(trial.username).toMatch(/:check:somebody$/);
      const place = { transport: "tcp", host: "127.0.0.1", port } as const;
      expect(await tryRelay(place, trial, { clock: systemClock, random: systemRandom })).toMatchObject({ ok: true });
      ahead = minutes(1) + seconds(1);
      const late = await tryRelay(place, trial, { clock: systemClock, random: systemRandom });
      expect(late).toMatchObject({ ok: false, error: expect.stringMatching(/^allocating/) as string });
    } finally {
      await relay.close();
    }
  });

  it("[CK19] of another server there is none, nor where there is no relay", async () => {
    for (const turn of [
      { use: "external", urls: ["turn:192.0.2.1"], secret: "a shared secret of both" },
      { use: "none" },
    ]) {
      const config = certain(readConfig(JSON.stringify({ turn })));
      const deps = {
        clock: systemClock,
        random: systemRandom,
        secretFile: "",
        certificate: null,
        tlsName: "localhost",
      };
      expect(certain(await startRelay(config.turn, deps)).trial("somebody")).toBe(null);
    }
  });
});
