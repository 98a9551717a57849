// A line whose station was restored from a backup, with a desk on each side and no browser: no call goes until two officers on
// each side have keyed it again, and then one does.
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { type PartyId, idOf } from "@parley/protocol/ids";
import type { Shown } from "@parley/station/duty/identity/port";
import { rekeyCommand } from "@parley/station/duty/identity/rekeyAct";
import type { Station } from "@parley/station/station";
import {
  type Site,
  deskCode,
  makeSites,
  manifest,
  pairStations,
  restoreSite,
  twoOfficers,
  until,
} from "@parley/station/testing";
import { WireDesk } from "./harness/wireDesk.ts";

const sites = makeSites();
const open = new Set<{ readonly close: () => unknown }>();
afterAll(async () => {
  for (const each of [...open].toReversed()) await each.close();
  sites.remove();
});

type House = {
  readonly site: Site;
  readonly station: Station;
  readonly desk: WireDesk;
  readonly officers: readonly [Shown, Shown];
};

async function house(site: Site): Promise<House> {
  const station = await site.start();
  const officers = await twoOfficers(station);
  const { web } = station.ports;
  const desk = new WireDesk(`http://localhost:${web}`, web, await deskCode(station, officers[0]), manifest);
  for (const each of [station, desk]) open.add(each);
  await until(`${site.name}'s desk`, () => desk.welcome);
  return { site, station, desk, officers };
}

async function close({ station, desk }: House): Promise<void> {
  desk.close();
  for (const each of [station, desk]) open.delete(each);
  await station.close();
}

/** Both officers of a house press "Make it anew". */
async function agree({ station, officers }: House): Promise<void> {
  const party = idOf<PartyId>(station.links.all()[0]?.party ?? "", 32);
  if (party === null) throw new Error("no line");
  for (const by of officers) certain(await station.identity.command(rekeyCommand(station.identity.state(), party, by)));
}

async function call(from: House, to: House): Promise<void> {
  to.desk.ends = false;
  from.desk.place();
  await until("the call", () => from.desk.line.at === "live" && to.desk.line.at === "live");
  from.desk.end();
  await until("its end", () => !from.desk.open && !to.desk.open);
}

it(
  "[RK8] restored: calls are refused both ways, two officers on each side key the line again, and it works as before",
  { timeout: 180_000 },
  async () => {
    let a = await house(await sites.make("Northmark"));
    const b = await house(await sites.make("Estovar"));
    await pairStations(a.station, b.station);
    await until("both desks know the line", () => a.desk.link !== null && b.desk.link !== null);
    const path = join(a.site.folder, "..", "northmark.backup");
    certain(await a.station.store.backup(path));
    await call(a, b);
    await close(a);
    await restoreSite(a.site, path);
    a = await house(a.site);
    await until("its desk knows the line", () => a.desk.link !== null);

    a.desk.place();
    await until("our desk is refused", () => a.desk.refused.includes("LINK_MUST_REKEY"));
    b.desk.place();
    await until("their ring is on its way", () => b.desk.line.at === "ringing");
    b.desk.end();
    await until("their ring is given up", () => !b.desk.open);
    b.desk.ends = false;
    expect([a.desk.line.at, a.desk.answered.size]).toEqual(["idle", 0]);

    await agree(a);
    await agree(b);
    await until(
      "the line is keyed again",
      () =>
        [a, b].every(({ station }) =>
          station.links
            .all()
            .some(({ link }) => station.links.reachable(link).up && station.links.generations(link).length > 0),
        ) && a.station.links.all()[0]?.link === b.station.links.all()[0]?.link,
    );
    await until("the desks know it", () =>
      [a, b].every(({ desk, station }) => desk.link === station.links.all()[0]?.link),
    );
    await call(b, a);
    await call(a, b);
  },
);
