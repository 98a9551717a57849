import { describe, expect, it } from "vitest";
import type { Bytes } from "@parley/base/bytes";
import { certain, fail, ok } from "@parley/base/result";
import { instant, minutes, ms, seconds } from "@parley/base/time";
import { problem } from "@parley/protocol/errorCodes";
import type { EnvelopeId, LinkId, PartyId } from "@parley/protocol/ids";
import { type Probe, type ProbeTarget, decodeProbe, encodeProbe } from "@parley/protocol/peer/probe";
import type { HybridKey } from "@parley/protocol/signed/signature";
import { systemRandom } from "../systemPorts.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import type { PeerLink } from "../peer/peerLink.ts";
import { type Asker, runProbes } from "./probeRun.ts";

const filled = (n: number, value: number): Bytes => new Uint8Array(n).fill(value);
const stationKey = filled(1984, 7) as HybridKey;
const pin: Asker = {
  card: { stations: [{ host: "station.example", port: 4431 }] },
  line: { key: stationKey },
};

function rig(shows: Bytes = stationKey.slice(0, 32)) {
  const { clock, pass } = clockByHand();
  const tried: string[] = [];
  const sent: Probe[] = [];
  const link: PeerLink = {
    id: filled(16, 1) as LinkId,
    peer: filled(32, 2) as PartyId,
    send: async (_kind, payload) => {
      sent.push(certain(decodeProbe(payload)));
      return ok(filled(16, 3) as EnvelopeId);
    },
    put: () => fail(problem("PEER_CLOSED")),
    wake: () => undefined,
    status: () => ({ at: "connected", since: instant(0), version: 1, roundTrip: null }),
    watch: () => () => undefined,
    networkIsBack: () => undefined,
    renew: () => undefined,
    thaw: () => undefined,
    close: () => undefined,
  };
  const probes = runProbes({
    clock,
    random: systemRandom,
    pinOf: () => pin,
    dial: (address, _purpose, standing, done) => {
      tried.push(`peer ${address.host}:${address.port}`);
      if (standing(shows) === "known") done(ok({ ...connection, key: shows }));
      else done(fail(problem("PEER_KEY_UNKNOWN")));
      return () => undefined;
    },
    reach: async (what, host, port) => {
      tried.push(`${what} ${host}:${port}`);
      return what !== "turnTcp";
    },
    report: () => undefined,
  });
  return { probes, link, sent, tried, pass };
}

const connection = {
  binding: filled(32, 0),
  remote: "",
  start: () => undefined,
  send: () => undefined,
  waiting: () => 0,
  admit: () => undefined,
  close: () => undefined,
};

const ask = (...targets: readonly ProbeTarget[]): Bytes => encodeProbe({ type: "ask", id: filled(16, 9), targets });
const peer: ProbeTarget = { what: "peer", station: 0, port: 0 };
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe("probes", () => {
  it("[CL14] only addresses of the asker's own card are tried, and the answer says no more than reached or silent", async () => {
    const { probes, link, sent, tried } = rig();
    probes.heard(
      link,
      ask(
        peer,
        { what: "turnUdp", station: 0, port: 4432 },
        { what: "turnTcp", station: 0, port: 4432 },
        { what: "turnUdp", station: 1, port: 4432 },
      ),
      ms(0),
    );
    await settle();
    expect(tried).toEqual([
      "peer station.example:4431",
      "turnUdp station.example:4432",
      "turnTcp station.example:4432",
    ]);
    expect(sent).toEqual([
      { type: "report", id: filled(16, 9), verdicts: ["reached", "reached", "silent", "untried"] },
    ]);
  });

  it("[CL14] a station that shows another key than the asker's is not the asker's", async () => {
    const { probes, link, sent } = rig(filled(32, 8));
    probes.heard(link, ask(peer), ms(0));
    await settle();
    expect(sent).toMatchObject([{ verdicts: ["silent"] }]);
  });

  it("[CL15] four asks of a link are tried in a minute, the rest answered untried; one that came late is not answered", async () => {
    const { probes, link, sent, tried, pass } = rig();
    for (let n = 0; n < 6; n++) probes.heard(link, ask(peer), ms(0));
    await settle();
    expect(tried.length).toBe(4);
    expect(
      sent.flatMap((probe) => (probe.type === "report" ? probe.verdicts : [])).filter((said) => said === "untried")
        .length,
    ).toBe(2);
    pass(minutes(1));
    probes.heard(link, ask(peer), seconds(31));
    await settle();
    expect([tried.length, sent.length]).toEqual([4, 6]);
  });

  it("[CL13] an ask ends with the answer to it on its own link, or after half a minute", async () => {
    const { probes, link, sent, pass } = rig();
    const first = probes.ask(link, [peer]);
    const second = probes.ask(link, [peer]);
    await settle();
    const [one] = sent;
    if (one === undefined) throw new Error("nothing was asked");
    const answer = encodeProbe({ type: "report", id: one.id, verdicts: ["reached"] });
    probes.heard({ ...link, id: filled(16, 4) as LinkId }, answer, ms(0));
    probes.heard(link, answer, ms(0));
    expect(await first).toEqual(ok(["reached"]));
    pass(seconds(30));
    expect(await second).toMatchObject({ ok: false, error: { code: "PROBE_UNANSWERED" } });
  });
});
