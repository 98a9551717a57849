import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { refusePorts } from "./demoPorts.ts";

const sentence = (port: number): string =>
  `Port ${port} of this machine is in use, and Northmark's station needs it. End the other program (perhaps another demo), then run npm start again.`;

/** Holds a port of `host`'s that the system chooses while `use` runs. */
async function withTcp(host: string, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

it("a port that another program has is named in a sentence, whichever of the station's three it is", async () => {
  await withTcp("127.0.0.1", async (port) => {
    for (const first of [port, port - 1, port - 2])
      expect(await refusePorts({ name: "Northmark", port: first })).toMatch(/^Port \d+ of this machine is in use/);
    expect(await refusePorts({ name: "Northmark", port })).toBe(sentence(port));
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

it.runIf(hasIpv6)("a program on ::1 alone counts too, since browsers would go to it", async () => {
  await withTcp("::1", async (port) => {
    expect(await refusePorts({ name: "Northmark", port })).toBe(sentence(port));
  });
});

it("a relay's port that is taken in UDP alone is named, and a free set is not", async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  expect(await refusePorts({ name: "Northmark", port: port - 2 })).toBe(sentence(port));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  expect(await refusePorts({ name: "Northmark", port: port - 2 })).toBe(null);
});
