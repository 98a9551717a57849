// Whether the demo's ports are free, asked before anything is built: a browser takes a name under .localhost for ::1 as well as
// for 127.0.0.1, so another program on either would be in the station's place, and the relay needs its port in UDP too.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { PartyPlan } from "./demoParties.ts";

/** What keeps an address from being used; a machine without IPv6 keeps nothing there. */
const isTaken = (error: NodeJS.ErrnoException): boolean => error.code === "EADDRINUSE" || error.code === "EACCES";

const tcpIsFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(!isTaken(error)));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

const udpIsFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", (error) => {
      socket.close();
      resolve(!isTaken(error));
    });
    socket.bind(port, host, () => socket.close(() => resolve(true)));
  });

/** A sentence about the first port of the party's that something else holds, or null where all are free. */
export async function refusePorts({ name, port: web }: Pick<PartyPlan, "name" | "port">): Promise<string | null> {
  const relay = web + 2;
  const asked: readonly (readonly [port: number, free: () => Promise<boolean>])[] = [
    ...[web, web + 1, relay].map((port) => [port, () => tcpIsFree(port, "127.0.0.1")] as const),
    [web, () => tcpIsFree(web, "::1")],
    [relay, () => udpIsFree(relay, "127.0.0.1")],
  ];
  for (const [port, free] of asked) {
    if (!(await free()))
      return `Port ${port} of this machine is in use, and ${name}'s station needs it. End the other program (perhaps another demo), then run npm start again.`;
  }
  return null;
}
