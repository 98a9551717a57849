// The LiveKit rival, driven: its server of the stated version, and one pair of desks for all its modes.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inNamespace } from "@parley/e2e/src/harness/net.ts";
import { AccessToken } from "livekit-server-sdk";
import { type Caller, deskRoots, openDesks, type Place, pressAnswer, resetMeters } from "./caller.ts";
import { livekitServerBinary } from "./livekitBuild.ts";
import { serverAddress, startRivalServer } from "./rivalServer.ts";
import type { LivekitMode, LivekitOptions, Role } from "./rivalTypes.ts";

// Not secrets: a server of one bench run, on loopback or in our own namespace.
const [apiKey, apiSecret] = ["bench", "a-secret-of-this-bench-run-and-of-nothing-else"];

export type LivekitRival = {
  caller(
    mode: LivekitMode,
    options?: {
      sealed?: boolean;
      simulcast?: boolean;
      encoding?: LivekitOptions["encoding"];
      ownPicture?: boolean;
    },
  ): Caller;
  close(): Promise<void>;
};

/** Null when there is no LiveKit server and no Go to build it with. */
export async function startLivekit(place: Place): Promise<LivekitRival | null> {
  const binary = await livekitServerBinary(place.say);
  if (binary === null) return null;
  const livekit = await startServer(binary, place);
  const pages = await startRivalServer(place);
  const url = `${pages.origin}/livekit`;
  const desks = await openDesks(place, { caller: url, callee: url }, { secureOrigins: [pages.origin] });
  let calls = 0;
  const prepare = async (role: Role, options: Omit<LivekitOptions, "token">): Promise<void> => {
    const token = new AccessToken(apiKey, apiSecret, { identity: role });
    token.addGrant({ roomJoin: true, room: options.call });
    await desks.pages[role].evaluate(([r, o]) => globalThis.livekitRival.prepare(r, o), [
      role,
      { ...options, token: await token.toJwt() },
    ] as const);
  };
  return {
    caller: (mode, { sealed = true, simulcast = true, encoding = null, ownPicture = false } = {}) => ({
      name: `livekit ${mode}${sealed ? "" : " unsealed"}${simulcast ? "" : " one layer"}${ownPicture ? " and self" : ""}`,
      pages: desks.pages,
      prepare: async () => {
        const options = {
          call: `call-${++calls}`,
          mode,
          size: place.size,
          url: `ws://${serverAddress(place)}:${livekit.port}`,
          secret: sealed ? "the secret of one call" : null,
          simulcast,
          encoding,
          ownPicture,
        };
        await resetMeters(desks.pages);
        await Promise.all([prepare("caller", options), prepare("callee", options)]);
      },
      press: () => pressAnswer(desks.pages),
      hangUp: async () => {
        const both = [desks.pages.caller, desks.pages.callee];
        await Promise.all(both.map((page) => page.evaluate(() => globalThis.livekitRival.hangUp())));
      },
      roots: () => [...deskRoots(desks), pages.pid, livekit.process.pid ?? 0],
    }),
    close: async () => {
      await desks.close();
      await pages.close();
      await livekit.close();
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const at = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof at === "object" && at !== null ? at.port : 0;
}

async function startServer(binary: string, place: Place) {
  const folder = await mkdtemp(join(tmpdir(), "parley-livekit-"));
  const address = serverAddress(place);
  const [port, tcp, udp] = [await freePort(), await freePort(), await freePort()];
  const config = {
    port,
    bind_addresses: [address],
    keys: { [apiKey]: apiSecret },
    rtc: {
      tcp_port: tcp,
      udp_port: udp,
      use_external_ip: false,
      node_ip: address,
      enable_loopback_candidate: place.network === null,
    },
    logging: { level: "warn" },
  };
  const path = join(folder, "livekit.yaml"); // JSON is YAML
  await writeFile(path, JSON.stringify(config));
  const [command, args] = inNamespace(place.network?.namespace("servers") ?? null, binary, ["--config", path]);
  const server: ChildProcess = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  server.stdout?.setEncoding("utf8").on("data", (text: string) => (words += text));
  server.stderr?.setEncoding("utf8").on("data", (text: string) => (words += text));
  const ended = once(server, "close");
  const close = async (): Promise<void> => {
    server.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  await untilListening(server, address, port, place, () => words);
  return { port, process: server, close };
}

/** Waits for the server's health answer, asked by a process in the same place. */
async function untilListening(server: ChildProcess, address: string, port: number, place: Place, words: () => string) {
  const script = `for (let i = 0; i < 100; i++) { if (await fetch("http://${address}:${port}").then((r) => r.ok, () => false))
    process.exit(0); await new Promise((r) => setTimeout(r, 100)); } process.exit(1);`;
  const [command, args] = inNamespace(place.network?.namespace("servers") ?? null, process.execPath, [
    "--input-type=module",
    "-e",
    script,
  ]);
  const [code] = (await once(spawn(command, args, { stdio: "ignore" }), "close")) as [number | null];
  if (code === 0 && server.exitCode === null) return;
  server.kill();
  throw new Error(`LiveKit's server did not start: ${words().slice(-1000)}`);
}
