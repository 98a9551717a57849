import { createSocket } from "node:dgram";
import { afterEach, describe, expect, it } from "vitest";
import { utf8, fromUtf8 } from "@parley/base/bytes";
import { endpointOf } from "./address.ts";
import type { TurnServer } from "./server.ts";
import { type TurnClient, connectTurn, familyField } from "./test/client.ts";
import { credentialFor, listenerOf, startTestTurn, until } from "./test/relay.ts";

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
const keep = <T extends { close: () => unknown }>(closable: T): T => {
  open.push(closable);
  return closable;
};

describe("smoke", () => {
  it("relays", async () => {
    const turn = keep(await startTestTurn());
    const client = keep(await connectTurn(listenerOf(turn, "udp"), credentialFor("a")));
    const relayed = await client.allocate();
    console.log(relayed);
    const peer = keep(createSocket("udp4"));
    const got: string[] = [];
    peer.on("message", (m, r) => {
      got.push(m.toString());
      peer.send("pong", r.port, r.address);
    });
    await new Promise<void>((r) => peer.bind(0, "127.0.0.1", r));
    const at = endpointOf("127.0.0.1", peer.address().port)!;
    expect(await client.permit(at)).toBe(0);
    client.send(at, utf8("ping"));
    await until(() => client.heard.datagrams.length > 0);
    expect(await client.bind(0x4000, at)).toBe(0);
    client.sendChannel(0x4000, utf8("ping2"));
    await until(() => client.heard.channels.length > 0);
    console.log(got, client.heard, turn.stats());
  });
});
