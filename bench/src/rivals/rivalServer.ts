// Starts the rivals' server process, on loopback or inside the servers' namespace.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inNamespace } from "@parley/e2e/src/harness/net.ts";
import type { Place } from "./caller.ts";

export type RivalServer = { readonly origin: string; readonly pid: number; close(): Promise<void> };

export const serverAddress = ({ network }: Place): string => network?.address("servers") ?? "127.0.0.1";

export async function startRivalServer(place: Place): Promise<RivalServer> {
  const address = serverAddress(place);
  const script = [join(import.meta.dirname, "serverMain.ts"), address];
  const [command, args] = inNamespace(place.network?.namespace("servers") ?? null, process.execPath, script);
  const server = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "close");
  const first = await Promise.race([
    once(createInterface({ input: server.stdout }), "line"),
    ended.then(([code]) => Promise.reject(new Error(`the rivals' server ended with ${String(code)}`))),
  ]);
  const said: unknown = JSON.parse(String(first[0]));
  if (typeof said !== "object" || said === null || !("port" in said))
    throw new Error("the rivals' server said no port");
  return {
    origin: `http://${address}:${String(said.port)}`,
    pid: server.pid ?? 0,
    close: async () => {
      server.kill();
      await ended;
    },
  };
}
