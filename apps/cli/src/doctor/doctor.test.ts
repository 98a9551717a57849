import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { placeOf } from "@parley/station/relay/place";
import { makeCertificate } from "@parley/station/relay/turn/test/certificate";
import { readConfig } from "@parley/station/config";
import { waysCheck } from "./alarms.ts";
import { judgeCertificate } from "./certificate.ts";
import { clockCheck, nodeCheck, zonesCheck } from "./machine.ts";

describe("the doctor's judgement", () => {
  it("[CL8] of Node, the clock and time zones", () => {
    expect(nodeCheck("26.1.0").verdict).toBe("ok");
    expect(nodeCheck("22.9.0").verdict).toBe("fail");
    const now = Date.UTC(2026, 5, 1);
    expect(clockCheck(now, now - 1000).verdict).toBe("ok");
    expect(clockCheck(now, now + 120_000).verdict).toBe("warn");
    expect(clockCheck(Date.UTC(1970, 0, 1), null).verdict).toBe("fail");
    expect(zonesCheck(["Europe/Istanbul"]).verdict).toBe("ok");
    const unknown = zonesCheck(["Europe/Atlantis"]);
    expect(unknown.verdict).toBe("fail");
    expect(unknown.say).toContain("Europe/Atlantis");
  });

  it("[CL8] of a certificate: its name, its beginning, its end, and a fortnight before that", async () => {
    const { cert } = await makeCertificate("127.0.0.1");
    const certificate = new X509Certificate(cert);
    const end = Date.parse(certificate.validTo);
    const day = 86_400_000;
    expect(judgeCertificate(certificate, "127.0.0.1", end - 20 * day)).toBe(null);
    expect(judgeCertificate(certificate, "[::1]", end - 20 * day)).toBe(null);
    expect(judgeCertificate(certificate, "127.0.0.1", end - 10 * day)?.verdict).toBe("warn");
    expect(judgeCertificate(certificate, "127.0.0.1", end + day)?.verdict).toBe("fail");
    expect(judgeCertificate(certificate, "127.0.0.1", end - 40 * day)?.verdict).toBe("fail");
    expect(judgeCertificate(certificate, "station.example", end - 20 * day)?.say).toContain("station.example");
  });

  it("[AL14] of alarms: nobody but consoles, one way, and nobody who is second", () => {
    const of = (alarms: object): readonly string[] => {
      const read = readConfig(JSON.stringify({ alarms }));
      return read.ok
        ? waysCheck(read.value.alarms).map(({ name, verdict }) => `${name}: ${verdict}`)
        : [read.error.detail];
    };
    expect(of({})).toEqual(["alarms: warn"]);
    const mail = { host: "localhost", from: "a@b.example", first: ["a@b.example"] };
    expect(of({ mail })).toEqual(["alarms: ok", "alarms, second person: warn"]);
    expect(of({ mail: { ...mail, second: ["c@b.example"] } })).toEqual(["alarms: ok", "alarms, second person: ok"]);
  });

  it("[CL8] of relay addresses (RFC 7065)", () => {
    expect(placeOf("turn:192.0.2.1:4432?transport=udp")).toEqual({ transport: "udp", host: "192.0.2.1", port: 4432 });
    expect(placeOf("turns:[2001:db8::1]:443?transport=tcp")).toEqual({
      transport: "tls",
      host: "2001:db8::1",
      port: 443,
    });
    expect(placeOf("turn:relay.example")).toEqual({ transport: "udp", host: "relay.example", port: 3478 });
    expect(placeOf("turns:relay.example")).toEqual({ transport: "tls", host: "relay.example", port: 5349 });
    expect(placeOf("stun:relay.example")).toBe(null);
  });
});
