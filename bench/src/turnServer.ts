// The station's relay as a process of its own, so that its CPU can be counted: prints its listeners as one line of JSON and
// runs until it is killed. Everything reserved on loopback is allowed, since the bench's peers live there.
import { startTestTurn } from "@parley/station/relay/turn/test/relay";

const turn = await startTestTurn({
  listeners: [{ transport: "udp", address: "127.0.0.1", port: 0 }],
  allowPeers: ["127.0.0.0/8"],
});
console.log(JSON.stringify(turn.listeners));
