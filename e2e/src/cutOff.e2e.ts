// Cutting off a party in the middle of a call, on whole stations and without browsers: what the other side and our desk see.
import { afterAll, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { idOf, type PartyId } from "@parley/protocol/ids";
import type { Station } from "@parley/station/station";
import { deskCode, makeSites, manifest, pairStations, twoOfficers, until } from "@parley/station/testing";
import { WireDesk } from "./harness/wireDesk.ts";

const sites = makeSites();
const open: { readonly close: () => unknown }[] = [];
afterAll(async () => {
  for (const opened of open.toReversed()) await opened.close();
  sites.remove();
});

async function withDesk(name: string) {
  const site = await sites.make(name);
  const station: Station = await site.start();
  const officers = await twoOfficers(station);
  const { web } = station.ports;
  const desk = new WireDesk(`http://localhost:${web}`, web, await deskCode(station, officers[0]), manifest);
  open.push(station, desk);
  await until(`${name}'s desk`, () => desk.welcome);
  return { site, station, desk, officers };
}

it("[ID35] two officers cut off the party in a call: the call is over on both desks, no other begins, and its station is refused", async () => {
  const [a, b] = [await withDesk("Northmark"), await withDesk("Estovar")];
  await pairStations(a.station, b.station);
  await until("both desks know the line", () => a.desk.link !== null && b.desk.link !== null);
  a.desk.place();
  await until("the call", () => a.desk.line.at === "live" && b.desk.line.at === "live");
  const other = idOf<PartyId>(a.station.links.all()[0]?.party ?? "", 32);
  if (other === null) throw new Error("no party");

  const act = { type: "revoke", subject: { type: "party", other }, why: "a test" } as const;
  const proposed = certain(await a.station.identity.command({ type: "proposeAct", act, by: a.officers[0] }));
  if (proposed.type !== "pending") throw new Error("nothing pends");
  expect(a.desk.line.at).toBe("live");
  const began = performance.now();
  certain(await a.station.identity.command({ type: "confirmAct", id: proposed.id, by: a.officers[1] }));
  await until("our desk is out of it", () => !a.desk.open);
  const blind = performance.now() - began;
  await until("their desk hears that it is over", () => !b.desk.open);
  await until("the link is gone", () => a.station.links.all().length === 0);
  console.log(`cut off in a call: our desk out of it after ${Math.round(blind)} ms`);

  const stranger = (): boolean => {
    const [link] = b.station.links.all();
    return link !== undefined && !b.station.links.reachable(link.link).up;
  };
  await until("their station is refused", stranger);
  a.desk.place();
  b.desk.place();
  await until("their ring reaches nobody", () => b.desk.line.at === "ringing" || b.desk.line.at === "ended");
  expect(a.desk.open).toBe(false);
});
