// What the command line may ask of a running station, carried out by its duties.
import { join } from "node:path";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { days, ms, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idOf, idText } from "@parley/protocol/ids";
import type { OfferId } from "@parley/protocol/pairing/offer";
import type { AdminCommand } from "@parley/protocol/terminal/admin";
import { backUp, relayTrial, seenFromOutside } from "./adminCare.ts";
import { openAdmin } from "./api/admin.ts";
import type { Config } from "./config.ts";
import { adminSocket } from "./files.ts";
import { type CallShown, callShown } from "./ledgerView.ts";
import { presentOfficer } from "./duty/identity/officers.ts";
import type { Shown } from "./duty/identity/port.ts";
import { viewOf } from "./duty/pairing/view.ts";
import { codeAddress } from "./houseView.ts";
import { alarmsNow, tryWays } from "./adminAlarms.ts";
import { drillNow, drillsSince } from "./adminDrills.ts";
import { checkNow, checksShown, horizons } from "./adminChecks.ts";
import { exportRecord } from "./exportRecord.ts";
import { secretOf } from "./rekeyView.ts";
import { refuseWithoutRehearser } from "./rehearser/start.ts";
import { rekeyCommand } from "./duty/identity/rekeyAct.ts";
import { officerSigned } from "./keys/officerKey.ts";
import { stoppedCode } from "./run/logFacts.ts";
import type { Station } from "./station.ts";
import { systemClock } from "./systemPorts.ts";

export const openStationAdmin = (dataDir: string, station: Station, config: Config, random: Random, stop: () => void) =>
  openAdmin({
    path: join(dataDir, adminSocket),
    random,
    passkeys: () => [...station.identity.state().officers.values()].flatMap(({ passkeys }) => passkeys),
    signedBy: officerSigned,
    run: (command, by) => run(station, config, stop, command, by),
  });

async function run(
  station: Station,
  config: Config,
  stop: () => void,
  command: AdminCommand,
  by: Shown | null,
): Promise<Result<unknown, ParleyError>> {
  if (command.do === "status") return ok(statusOf(station, config));
  if (command.do === "pairings") return ok(pairingsOf(station));
  if (command.do === "calls") return callsOf(station);
  if (command.do === "drill") return drillNow(station, command.link);
  if (command.do === "drills") return drillsSince(station, command.since);
  if (command.do === "backup") return backUp(station, command.path);
  if (command.do === "export") {
    await cosigned(station);
    return exportRecord(station.store, command.path);
  }
  if (command.do === "check") return ok(await checkNow(station));
  if (command.do === "horizon") return ok(horizons(station));
  if (command.do === "alarms") return ok(alarmsNow(station));
  if (command.do === "alarmTest") return ok(await tryWays(station));
  if (command.do === "probe") return ok(await seenFromOutside(station, config));
  if (command.do === "relayTrial") return ok(relayTrial(station));
  if (command.do === "stop") {
    stop();
    return ok(null);
  }
  if (by === null) return fail(problem("OFFICER_UNPROVEN"));
  const officer = presentOfficer(station.identity.state(), by);
  if (!officer.ok) return officer;
  switch (command.do) {
    case "offer": {
      const made = await station.pairing.command({ type: "offer", lifetime: days(1), by: officer.value });
      return made.ok
        ? ok(made.value === null ? null : { offer: idText(made.value.offer), text: made.value.text })
        : made;
    }
    case "import": {
      const made = await station.pairing.command({ type: "import", text: command.text, by: officer.value });
      return made.ok ? ok(made.value === null ? null : { offer: idText(made.value.offer) }) : made;
    }
    case "match":
    case "differ":
    case "cancel": {
      const offer = idOf<OfferId>(command.offer, 16);
      if (offer === null) return fail(problem("PAIR_UNKNOWN"));
      return station.pairing.command({ type: command.do, offer, by: officer.value });
    }
    case "rekeyLink": {
      const party = idOf<PartyId>(station.links.of(command.link)?.party ?? "", 32);
      if (party === null) return fail(problem("LINK_UNKNOWN"));
      const said = await station.identity.command(rekeyCommand(station.identity.state(), party, by));
      return said.ok ? ok({ at: said.value.type === "pending" ? "secondOfficerDue" : "agreed" }) : said;
    }
    case "handOut": {
      const rehearser = command.role === "rehearser" ? refuseWithoutRehearser(station.rehearser) : ok(null);
      if (!rehearser.ok) return rehearser;
      const code = await station.terminals.people.handOut(command.role, command.name, by, true);
      if (!code.ok) return code;
      if (rehearser.value !== null) {
        rehearser.value.enrol(codeAddress(config.web.origin, command.role, code.value));
        return ok({ address: null });
      }
      return ok({ address: codeAddress(config.web.origin, command.role, code.value) });
    }
  }
  return command satisfies never;
}

/** How long an export waits for the stations that are there to cosign the newest entries. */
const cosigningTakes = seconds(5);

/** Has the record cosigned as far as it is, by the stations that are there. */
async function cosigned({ log, links, store }: Station): Promise<void> {
  const began = systemClock.elapsed();
  const isWaiting = (): boolean =>
    log
      .standings()
      .some(
        ({ link, theyCosigned, stopped }) =>
          stopped === null && links.reachable(link).up && theyCosigned < store.nextIndex(),
      );
  do {
    await log.round();
    await new Promise<void>((resolve) => systemClock.wait(ms(100), resolve));
  } while (isWaiting() && systemClock.elapsed() - began < cosigningTakes);
}

function pairingsOf(station: Station) {
  return [...station.pairing.state().values()].map((it) => {
    const { at, offer, peer, compare, until, why } = viewOf(it);
    return {
      at,
      offer: idText(offer),
      peer: peer === null ? null : peer.name,
      words: compare?.words ?? null,
      whole: compare?.whole ?? null,
      until,
      why,
    };
  });
}

/** The newest calls, at most. */
const callsShown = 200;

/** What the ledger holds of answered calls and how far each record has come; newest first. */
async function callsOf(station: Station): Promise<Result<readonly CallShown[], ParleyError>> {
  const shown: CallShown[] = [];
  for (let to = station.store.nextIndex(); to > 0 && shown.length < callsShown; to = Math.max(0, to - 200)) {
    const from = Math.max(0, to - 200);
    const page = await station.store.events(from, to - from);
    if (!page.ok) return page;
    shown.push(...page.value.flatMap((event) => callShown(event, station.recordOf) ?? []).toReversed());
  }
  return ok(shown.slice(0, callsShown));
}

function statusOf(station: Station, config: Config) {
  const identity = station.identity.state();
  const { calls } = station;
  return {
    party:
      identity.home === null ? null : { id: idText(identity.home.pin.card.party), name: identity.home.pin.card.name },
    origin: config.web.origin,
    ports: station.ports,
    links: station.links.all().map(({ link, party, since, used }) => ({
      link,
      party: identity.peers.get(party)?.card.name ?? party,
      since,
      used,
      reachable: station.links.reachable(link),
      /** How the connection stands, with the last thing that went wrong. */
      connection: station.links.peer(link)?.status() ?? null,
      line: calls.state().links[link]?.line.at ?? "idle",
      /** Generations of the secret that may be used, and the one that the last call used. */
      generations: station.links.generations(link).map(({ n }) => n),
      /** `mustRekey`: no call until it is keyed again; `wordsDue`: it was, and nobody here has compared the words. */
      secret: secretOf(link, station.links, station.pairing.state()),
      generation: calls.state().links[link]?.generation ?? null,
      record: recordOf(station, link),
      check: checksShown(station).find((it) => it.link === link) ?? null,
      /** Two verdicts: what the last drill came to, and whether people of theirs are there. */
      machine: station.drills?.run.shown().find((it) => it.link === link) ?? null,
      people: station.people?.shown().lines.find((it) => it.link === link) ?? null,
    })),
    terminals: station.terminals.desks(),
    rehearser: station.rehearser === null ? null : rehearserShown(station),
    officers: identity.officers.size,
    /** Whether an officer of ours has answered when it was asked; null where nobody is. */
    people: station.people?.shown().ours ?? null,
    entries: station.store.nextIndex(),
    /** `full`: nothing new is stored until there is room on the disk. */
    storage: station.writer.room().at,
    log: {
      health: station.log.health(),
      serial: station.log.certificate()?.body.serial ?? null,
      signed: station.log.signedSize(),
    },
  };
}

/** How far each side has cosigned the other's record, and the error that stops the link, if one does. */
function recordOf({ log }: Station, link: IdText) {
  const it = log.standings().find((standing) => standing.link === link);
  return {
    theyCosigned: it?.theyCosigned ?? 0,
    weCosigned: it?.weCosigned ?? 0,
    stopped: it === undefined || it.stopped === null ? null : stoppedCode(it.stopped),
  };
}

/** How the browser that rehearses stands. */
function rehearserShown({ terminals }: Station) {
  const { isEnrolled, isOnline } = terminals.rehearser;
  return { enrolled: isEnrolled(), online: isOnline() };
}
