// A station with a web certificate: what it shows, that it takes up the next one while it runs, and what it hands to terminals.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { ms } from "@parley/base/time";
import { systemClock, systemRandom } from "./systemPorts.ts";
import { makeCertificate } from "./relay/turn/test/certificate.ts";
import { passwordOf } from "./relay/turn/credentials.ts";
import { startRelay } from "./relayRun.ts";
import { readConfig } from "./config.ts";
import { makeSites, until } from "./testing.ts";

const sites = makeSites();
const folder = join(tmpdir(), `parley-certificate-${process.pid}`);
mkdirSync(folder);
afterAll(() => {
  sites.remove();
  rmSync(folder, { recursive: true });
});

/** The name in the certificate that a port shows. */
const shownAt = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.subject ?? "");
      socket.destroy();
    });
    socket.on("error", reject);
  });

const bodyAt = (port: number, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, rejectUnauthorized: false, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve(body));
    }).on("error", reject);
  });

const pause = (): Promise<void> => new Promise((resolve) => systemClock.wait(ms(100), resolve));

/** As certbot leaves it: links in `live` to numbered files beside it, replaced by renaming. */
async function renew(n: number): Promise<void> {
  const { cert, key } = await makeCertificate(`number ${n}`);
  for (const [name, text] of [["cert", cert] as const, ["key", key] as const]) {
    writeFileSync(join(folder, `${name}${n}.pem`), text);
    symlinkSync(join(folder, `${name}${n}.pem`), join(folder, "live", `${name}.new`));
    renameSync(join(folder, "live", `${name}.new`), join(folder, "live", `${name}.pem`));
  }
}

describe("off localhost", () => {
  it(
    "[CL10] pages and relay show the certificate, and the next one without a restart; a wrong pair changes nothing",
    {
      timeout: 120_000,
    },
    async () => {
      mkdirSync(join(folder, "live"));
      await renew(1);
      const files = { certificate: join(folder, "live", "cert.pem"), key: join(folder, "live", "key.pem") };
      const site = await sites.make("Northmark", { web: { ...files, origin: "https://localhost:4430" } });
      const station = await site.start();
      const tls = station.relay.listeners.find(({ transport }) => transport === "tls")?.port ?? 0;
      const shown = async (): Promise<readonly string[]> =>
        Promise.all([station.ports.web, tls].map((port) => shownAt(port)));
      try {
        expect(await shown()).toEqual(["CN=number 1", "CN=number 1"]);
        expect(await bodyAt(station.ports.web, "/healthz")).toBe("ok\n");
        const servers = station.relay.serversFor("call", "desk")?.servers[0]?.urls ?? [];
        expect(servers.filter((url) => url.startsWith("turns:"))).toEqual([`turns:localhost:${tls}?transport=tcp`]);

        const held = connect({ host: "127.0.0.1", port: station.ports.web, rejectUnauthorized: false });
        await new Promise<void>((resolve) => held.once("secureConnect", () => resolve()));
        await renew(2);
        const second = ["CN=number 2", "CN=number 2"];
        for (let tries = 0; tries < 100 && (await shown()).join() !== second.join(); tries++) await pause();
        expect(await shown()).toEqual(second);
        expect(held.destroyed).toBe(false);
        held.destroy();

        writeFileSync(files.key, (await makeCertificate("other")).key);
        await until("the wrong pair is reported", () =>
          site.reports.some(({ code }) => code === "WEB_CERTIFICATE_WRONG"),
        );
        expect(await shown()).toEqual(second);
      } finally {
        await station.close();
      }
    },
  );

  it("[CL12] an external relay's secret is drawn once, kept for its owner alone, and the same after a restart", async () => {
    const settings = { turn: { use: "external", urls: ["turn:192.0.2.1:3478?transport=udp"] } };
    const { turn } = certain(readConfig(JSON.stringify(settings)));
    const secretFile = join(folder, "turn-secret");
    const deps = { clock: systemClock, random: systemRandom, secretFile, certificate: null, tlsName: "localhost" };
    const first = certain(await startRelay(turn, deps));
    const secret = readFileSync(secretFile, "utf8").trim();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(secretFile).mode & 0o077).toBe(0);
    const again = certain(await startRelay(turn, deps));
    for (const relay of [first, again]) {
      const [server] = relay.serversFor("call", "desk")?.servers ?? [];
      expect(server?.credential).toBe(passwordOf(secret, server?.username ?? ""));
    }
  });
});
