// This machine's ports: taken by our own station where it runs, free where it does not.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { Config } from "@parley/station/config";
import { answersBinding } from "@parley/station/relay/trial";
import { systemClock, systemRandom } from "@parley/station/systemPorts";
import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { connect } from "node:net";
import { localOf } from "@parley/station/probes/served";
import { type Check, type Examination, failed, notRun, warned, well } from "./check.ts";

type Port = {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
  /** Whether it is ours that answers. */
  readonly ours: () => Promise<boolean>;
};

const patience = 3000;

function answersHealth(config: Config, port: number): Promise<boolean> {
  const get = config.web.certificate === null ? getPlain : getSecure;
  return new Promise((resolve) => {
    const at = { host: localOf(config.web.host), port, path: "/healthz", agent: false, timeout: patience };
    const request = get({ ...at, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 || response.statusCode === 503);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

const connects = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patience }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
  });

const isFree = ({ protocol, host, port }: Port): Promise<string | null> =>
  new Promise((resolve) => {
    if (protocol === "udp") {
      const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
      socket.once("error", (error) => resolve(error.message));
      socket.bind(port, host, () => socket.close(() => resolve(null)));
    } else {
      const server = createServer();
      server.once("error", (error) => resolve(error.message));
      server.listen(port, host, () => server.close(() => resolve(null)));
    }
  });

function portsOf(config: Config, ports: { readonly web: number; readonly peer: number }): readonly Port[] {
  const { web, peer, turn } = config;
  const local = localOf(turn.host);
  const binding = (transport: "udp" | "tcp" | "tls", port: number) => () =>
    answersBinding({ transport, host: local, port }, { clock: systemClock, random: systemRandom });
  const turnPorts: readonly Port[] =
    turn.use !== "builtIn"
      ? []
      : [
          {
            name: "port.turnUdp",
            protocol: "udp",
            host: turn.host,
            port: turn.udpPort,
            ours: binding("udp", turn.udpPort),
          },
          {
            name: "port.turnTcp",
            protocol: "tcp",
            host: turn.host,
            port: turn.tcpPort,
            ours: binding("tcp", turn.tcpPort),
          },
          ...(web.certificate === null
            ? []
            : [
                {
                  name: "port.turnTls",
                  protocol: "tcp" as const,
                  host: turn.host,
                  port: turn.tlsPort,
                  ours: binding("tls", turn.tlsPort),
                },
              ]),
        ];
  return [
    {
      name: "port.web",
      protocol: "tcp",
      host: web.host,
      port: ports.web,
      ours: () => answersHealth(config, ports.web),
    },
    {
      name: "port.peer",
      protocol: "tcp",
      host: peer.host,
      port: ports.peer,
      ours: () => connects(localOf(peer.host), ports.peer),
    },
    ...turnPorts,
  ];
}

async function look(port: Port, isRunning: boolean): Promise<Check> {
  const where = `${port.protocol} ${port.host} ${port.port}`;
  if (port.port === 0) return warned(port.name, "The system chooses it at every start.", "Name a port in parley.json.");
  if (isRunning) {
    return (await port.ours())
      ? well(port.name, `${where}: the station answers.`)
      : failed(port.name, `${where}: the station runs and does not answer.`, "Look in its log, and restart it.");
  }
  const taken = await isFree(port);
  return taken === null
    ? well(port.name, `${where}: free.`)
    : failed(port.name, `${where}: ${taken}.`, "End the program that uses it, or set another port in parley.json.");
}

export const examinePorts: Examination = async ({ config, running }) => {
  if (config === null) return [notRun("port.web", "The settings cannot be read.")];
  const ports = portsOf(config, running?.ports ?? { web: config.web.port, peer: config.peer.port });
  return Promise.all(ports.map((port) => look(port, running !== null)));
};
