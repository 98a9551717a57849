// What goes wrong between stations: firewalls, names, and whoever answers in another's place.
import type { Case } from "../case.ts";
import { all, firewalled, renamed } from "../acts.ts";
import { nameOf, peerPort, relayPort, relayTlsPort } from "../world.ts";

const blocked = (transport: string, port: number): Case["expects"] => [
  { at: "a", of: "b", by: "check", code: "CHECK_RELAY_BLOCKED", about: `${transport} ${port}` },
  { at: "b", of: "a", by: "check", code: "CHECK_RELAY_BLOCKED", about: `${transport} ${port}` },
];

/** When the hour comes in which nothing passes, and goes, after its rule was made: green before it, asked twice in it, green after it. */
const [barredFrom, barredTo] = [30_000, 120_000];
const hour = (at: number): string => new Date(at).toISOString().slice(11, 19);
let barred = { from: 0, to: 0 };
const until = (at: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));

export const network: readonly Case[] = [
  {
    mode: 6,
    how: "b's domain is gone: its name stands for nothing on the others' machines",
    guilty: "b",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_PORT_SILENT", about: "station" },
      { at: "b", of: "a", by: "check", code: "CHECK_PORT_SILENT", about: "station" },
    ],
    inject: async ({ sites: { a, c } }) => all(renamed(a, nameOf("b"), null), renamed(c, nameOf("b"), null)),
  },
  {
    mode: 11,
    how: "a firewall before a drops all that comes to its relay",
    guilty: "a",
    expects: [...blocked("udp", relayPort), ...blocked("tcp", relayPort), ...blocked("tls", relayTlsPort)],
    inject: ({ sites }) =>
      firewalled(sites.a, `udp PORT ${relayPort} drop`, `tcp PORT { ${relayPort}, ${relayTlsPort} } drop`),
  },
  {
    mode: 11,
    how: "a firewall before a drops new connections to its port for stations",
    guilty: "a",
    expects: [
      { at: "a", of: "b", by: "check", code: "CHECK_PORT_SILENT", about: "station" },
      { at: "b", of: "a", by: "check", code: "CHECK_PORT_SILENT", about: "station" },
    ],
    inject: ({ sites }) => firewalled(sites.a, `tcp PORT ${peerPort} tcp flags & (syn | ack) == syn drop`),
  },
  {
    mode: 12,
    how: "a firewall before a drops every UDP packet, and TCP passes",
    guilty: "a",
    expects: blocked("udp", relayPort),
    inject: ({ sites }) => firewalled(sites.a, "meta l4proto udp drop"),
  },
  {
    mode: 13,
    how: "the relay's other ways, TCP and TLS, are dropped before a, and its first, UDP, passes",
    guilty: "a",
    expects: [...blocked("tcp", relayPort), ...blocked("tls", relayTlsPort)],
    inject: ({ sites }) => firewalled(sites.a, `tcp PORT { ${relayPort}, ${relayTlsPort} } drop`),
  },
  {
    mode: 15,
    how: "a hole before a: packets of more than 1,220 bytes vanish and nobody is told",
    guilty: "a",
    expects: blocked("udp", relayPort),
    inject: ({ sites }) => firewalled(sites.a, "meta l4proto udp meta length > 1220 drop"),
  },
  {
    mode: 16,
    how: "a firewall before a drops UDP at one time of day alone, and it comes",
    guilty: "a",
    expects: blocked("udp", relayPort),
    prepare: async ({ sites: { a } }) => {
      const [from, to] = [barredFrom, barredTo].map((later) => hour(Date.now() + later));
      barred = { from: performance.now() + barredFrom, to: performance.now() + barredTo };
      return firewalled(a, `meta l4proto udp meta hour >= "${from}" meta hour < "${to}" drop`);
    },
    inject: async () => {
      await until(barred.from);
      return () => until(barred.to);
    },
  },
  {
    mode: 17,
    how: "on a's machine b's name stands for another's address, where a real station answers with its own key",
    guilty: "b",
    expects: [{ at: "a", of: "b", by: "check", code: "CHECK_CERTIFICATE_OTHER", about: "station" }],
    inject: async ({ sites: { a, c } }) => renamed(a, nameOf("b"), c.address),
  },
];
