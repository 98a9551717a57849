// Alarms of whole stations, over their real link: what a check finds at one goes to the other when nobody takes it up.
import { afterAll, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import { rowOf } from "./ledgerView.ts";
import type { Station } from "./station.ts";
import { makeSites, pairStations, until } from "./testing.ts";

const sites = makeSites();
const open: Station[] = [];
afterAll(async () => {
  for (const station of open) await station.close();
  sites.remove();
});

const kinds = (station: Station): string[] =>
  station.alarms.shown().map(({ kind, whose, about, standing }) => `${kind} ${whose} ${about} ${standing.at}`);

it(
  "[AL2] [AL5] [AL9] what ended here and nobody took up is an alarm over there, through a restart of theirs, until an officer of ours does",
  { timeout: 120_000 },
  async () => {
    const [here, there] = [await sites.make("Northmark"), await sites.make("Estovar")];
    const dates = [{ what: "domain", ends: "2026-01-01" }];
    const alarms = { unacknowledgedMinutes: 0.05 };
    const a = await here.start(undefined, { dates, alarms });
    open.push(a);
    let b = await there.start();
    await pairStations(a, b);
    await until("the link is up", () => a.links.all().every(({ link }) => a.links.reachable(link).up));
    await a.checks.round();
    await until("it is an alarm here", () => kinds(a).includes("CHECK_ENDS_SOON ours listed domain open"));
    await until("it is one there", () => kinds(b).includes("FAR_UNATTENDED theirs CHECK_ENDS_SOON open"));
    await b.close();
    b = await there.start();
    open.push(b);
    expect(kinds(b)).toContain("FAR_UNATTENDED theirs CHECK_ENDS_SOON open");
    const [officer] = a.identity.state().officers.values();
    const alarm = a.alarms.shown().find(({ kind }) => kind === "CHECK_ENDS_SOON");
    await a.alarms.acknowledge(alarm?.id ?? "", officer?.id ?? (new Uint8Array(16) as OfficerId), "Ada");
    await until("it is over there", () => !kinds(b).some((one) => one.startsWith("FAR_UNATTENDED")));
    const rows = certain(await a.store.events(0, 1000)).flatMap(
      (event) => rowOf(event, a.identity.state(), () => null)?.kind ?? [],
    );
    expect(rows.filter((kind) => kind.startsWith("alarm"))).toEqual([
      "alarmOpened",
      "alarmToParty",
      "alarmAcknowledged",
    ]);
  },
);
