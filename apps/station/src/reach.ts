// Edge: whether a relay or a web port of another party answers, tried from here on that party's own asking (run/probeRun.ts).
import { get } from "node:https";
import type { Random } from "@parley/base/random";
import { type Clock, seconds } from "@parley/base/time";
import { answersBinding } from "./relay/trial.ts";
import type { Reach } from "./run/probeRun.ts";

const transports = { turnUdp: "udp", turnTcp: "tcp", turnTls: "tls" } as const;
const webWithin = seconds(5);

/** Whether `/healthz` of a station answers there; whose certificate it is, its own browsers judge. */
const answersWeb = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get(
      { host, port, path: "/healthz", rejectUnauthorized: false, timeout: webWithin, agent: false },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
          if (body.length > 16) request.destroy();
        });
        response.on("close", () => resolve(/^(not )?ok\n$/.test(body)));
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });

export const reachFrom =
  (clock: Clock, random: Random): Reach =>
  async (what, host, port) =>
    what === "web"
      ? await answersWeb(host, port)
      : await answersBinding({ transport: transports[what], host, port }, { clock, random });
