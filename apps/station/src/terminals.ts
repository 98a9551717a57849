// The terminals' side of a station: web port, hub, officers, and what each terminal is told. Joins the api room to the
// duties' runs.
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type Clock, type Instant, instant, minutes } from "@parley/base/time";
import { openCall, sitsAt } from "@parley/call/state";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idOf, idText } from "@parley/protocol/ids";
import { pin } from "@parley/protocol/signed/pin";
import { type StationNonce, signedTerminalRequest } from "@parley/protocol/signed/terminalCertificate";
import type { Act, LedgerRow } from "@parley/protocol/terminal/console";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import type { WebCertificate } from "./api/certificate.ts";
import { type Hub, type Seat, openHub } from "./api/hub.ts";
import { webServer } from "./api/http.ts";
import { type People, makePeople } from "./api/people.ts";
import { callPins } from "./callPins.ts";
import { lineChecks } from "./checks/view.ts";
import { readinessFor } from "./drillHistory/readiness.ts";
import { drillTerminals } from "./drillTerminals.ts";
import type { Desk, ToTerminal as ToCallTerminal } from "./duty/calls/port.ts";
import type { Terminal } from "./duty/identity/state.ts";
import type { DeskNow } from "./duty/selfTests.ts";
import { heldChains } from "./heldChains.ts";
import { type Presence, consoleRole, houseOf, shownPairing } from "./houseView.ts";
import { rowOf } from "./ledgerView.ts";
import { secretOf } from "./rekeyView.ts";
import { verifiedBy } from "./peer/tlsIdentity.ts";
import type { TerminalsPort } from "./inside.ts";
import type { Joined } from "./joined.ts";
import { type RehearserFacts, isRehearser, mayRehearserSay, rehearserFacts } from "./rehearser/facts.ts";
import { relayCredentials } from "./relayCredentials.ts";
import { setUpAsked } from "./setUpAsked.ts";
import type { RelayRun } from "./relayRun.ts";
import type { AlarmsRun } from "./run/alarmsRun.ts";
import type { CallsRun } from "./run/callsRun.ts";
import type { CheckShown } from "./run/checksRun.ts";
import type { IdentityRun } from "./run/identityRun.ts";
import type { LinksRun } from "./run/linksRun.ts";
import type { LogRun } from "./run/logRun.ts";
import type { PairingRun } from "./run/pairingRun.ts";
import { pskOf } from "./run/secrets.ts";
import type { SelfTestsRun } from "./run/selfTestsRun.ts";
import type { Writer } from "./run/writer.ts";
import type { Config } from "./config.ts";
import type { Store } from "./store/port.ts";

export type TerminalsOptions = {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly served: { readonly files: string; readonly manifest: string };
  readonly report: (error: ParleyError) => void;
  readonly identity: IdentityRun;
  readonly links: LinksRun;
  readonly pairing: PairingRun;
  readonly calls: CallsRun;
  readonly drills: Joined["drills"];
  /** Terminals' tests of their own rooms. */
  readonly selfTests: SelfTestsRun;
  /** Whether officers are here, when they are asked. */
  readonly roll: Joined["people"];
  readonly recordOf: Joined["recordOf"];
  readonly exported: Joined["exported"];
  readonly store: Store;
  readonly writer: Writer;
  readonly log: Pick<LogRun, "stopped" | "standings">;
  readonly alarms: AlarmsRun;
  /** What the checks of every line found. */
  readonly checks: () => readonly CheckShown[];
  readonly relay: RelayRun;
  /** Null serves plain HTTP. */
  readonly certificate: WebCertificate | null;
};

export type Terminals = Required<TerminalsPort> & {
  readonly testDesks: () => readonly DeskNow[];
  readonly tellTest: (terminal: IdText, message: ToTerminal & { type: "selfTestDue" }) => void;
  readonly port: number;
  readonly people: People;
  readonly rehearser: RehearserFacts;
  /** A line was checked. */
  readonly checked: () => void;
  /** The web port shows another certificate from the next connection on. */
  readonly present: (certificate: WebCertificate) => void;
  readonly close: () => Promise<void>;
};

type CallAdmission = ToCallTerminal & { readonly type: "admit" };

const ledgerPage = 50;

/** How often the keys of a drill change: it lasts for seconds, and a re-key belongs to what it tries ([DR9] of docs/spec/drill.md). */
const drillEpochSeconds = 5;

/** Writes that may wait for room on the disk before everything new is refused. */
const maxKeptForLater = 500;
/** What writes nothing, and what a call that goes on cannot do without. */
const readsOnly: ReadonlySet<string> = new Set([
  "entries",
  "drillHistory",
  "drillReport",
  "signOut",
  "passkey",
  "passkeyCancelled",
]);
const ofCalls: ReadonlySet<string> = new Set([
  "hangUp",
  "up",
  "lost",
  "epoch",
  "signal",
  "exported",
  "theyAnswered",
  "theyHungUp",
]);

export async function openTerminals(options: TerminalsOptions): Promise<Result<Terminals, ParleyError>> {
  const { config, clock, random, identity, links, pairing, calls, recordOf, store, relay } = options;
  const { origin } = config.web;
  const web = await webServer({ files: options.served.files, tls: options.certificate, healthy: () => true });
  const seen = new Map<IdText, Presence>();
  const officersSeen = new Map<IdText, Instant>();

  const home = () => {
    const it = identity.state().home;
    if (it === null) throw new Error("terminals of a station that is not set up");
    return it;
  };
  const enrolled = (terminal: IdText) => {
    const it = identity.state().terminals.get(terminal);
    return it?.standing.at === "enrolled" ? it : null;
  };

  const hub: Hub = openHub({
    server: web.server,
    clock,
    random,
    origin,
    party: { id: idText(home().pin.card.party), name: home().pin.card.name },
    keyOf: (terminal) => enrolled(terminal)?.key ?? null,
    verify: (publicKey, message, signature) => signature.length === 64 && verifiedBy(publicKey)(message, signature),
    onCome: (terminal, seat) => come(terminal, seat),
    onGo: (terminal) => {
      seen.set(terminal, { on: false, since: clock.now() });
      drillDesks.gone(terminal);
      changed();
    },
    onGone: (seat) => people.gone(seat),
    onMessage: (seat, message, nonce) => void hear(seat, message, nonce),
  });

  const people: People = makePeople({
    site: { origin, partyName: home().pin.card.name, random },
    identity: identity.state,
    command: identity.command,
    pair: pairing.command,
    partyOf: (link) => idOf<PartyId>(links.of(link)?.party ?? "", 32),
    pairing: () => {
      const shown = shownPairing(pairing.state());
      return shown === null ? null : { offer: shown.offer.id };
    },
    tell: hub.tellSeat,
    refuse: hub.refuse,
    onChange: () => changed(),
    hereChallenge: (question) => options.roll?.challenge(question) ?? null,
    here: async (question, officer, answer) =>
      options.roll?.here(question, officer.id, officer.name, answer) ?? fail(problem("HERE_NOT_ASKED")),
    onSignIn: (seat) => {
      if (seat.who !== null) void calls.command({ from: "presence", terminal: seat.who });
    },
  });

  const askToRenew = (seat: Seat): void =>
    hub.tellSeat(seat, { type: "renewalDue", nonce: base64url(hub.nonceOf(seat)) });
  const chains = heldChains(clock, (terminal) => {
    for (const seat of hub.seats()) if (seat.who === terminal) askToRenew(seat);
  });

  const setUps = setUpAsked({
    clock,
    isOn: (terminal) => hub.isOn(terminal) && chains.of(terminal) !== null,
    open: (terminal) => hub.tell(terminal, { type: "setUp" }),
  });

  /** A terminal has proven itself: it gets a credential if it has none in hand, then the welcome, then every line. */
  const come = (terminal: IdText, seat: Seat): void => {
    seen.set(terminal, { on: true, since: clock.now() });
    if (chains.isDue(terminal)) askToRenew(seat);
    if (chains.of(terminal) === null) return; // the welcome waits for the credential
    welcome(terminal, seat);
  };

  const welcome = (terminal: IdText, seat: Seat): void => {
    const it = enrolled(terminal);
    const chain = chains.of(terminal);
    if (it === null || chain === null) return;
    const { party, name, place, timeZone } = home().pin.card;
    hub.tellSeat(seat, {
      type: "welcome",
      terminal,
      name: it.name,
      role: consoleRole(it.role),
      party: { id: idText(party), name, zone: timeZone, place },
      chain: base64url(chain),
      links: linksNow(),
      now: clock.now(),
    });
    hub.tellSeat(seat, drillsNow());
    hub.tellSeat(seat, checksNow());
    tellPeople((message) => hub.tellSeat(seat, message));
    if (consoleRole(it.role) === "console") people.door(seat);
    // After its lines: a set-up screen takes the place of how a call has ended.
    // Of people's calls the station's own browser is told nothing.
    if (!isRehearser(it)) void calls.command({ from: "presence", terminal }).then(() => setUps.came(terminal));
    void options.drills?.run.came(terminal);
    if (isRehearser(it)) return changed();
    for (const { line } of Object.values(calls.state().links)) {
      const recorded = line.at === "ended" ? recordOf(line.call) : null;
      if (line.at === "ended" && recorded !== null && recorded.at !== "crossed")
        hub.tellSeat(seat, { type: "record", call: line.call, at: recorded.at, index: recorded.index });
    }
    changed();
  };

  const linksNow = (): (ToTerminal & { type: "links" })["links"] =>
    links.all().flatMap(({ link, party, since, used }) => {
      const card = identity.state().peers.get(party)?.card;
      if (card === undefined) return [];
      const { name, place, timeZone } = card;
      return [
        {
          link,
          party,
          name,
          zone: timeZone,
          place,
          since,
          used,
          reachable: links.reachable(link),
          secret: secretOf(link, links, pairing.state()),
          stopped: stoppedOn(link),
        },
      ];
    });

  const stoppedOn = (link: IdText): ReturnType<typeof linksNow>[number]["stopped"] => {
    const stop = options.log.stopped(link);
    return stop === null ? null : { whose: stop.whose, since: stop.at };
  };

  type Heard = Parameters<Parameters<typeof openHub>[0]["onMessage"]>[1];

  /** While nothing can be stored, only what belongs to calls that go on is kept for later, and not without end ([ST11]). */
  const refusesNow = (message: Heard): boolean => {
    const room = options.writer.room();
    if (room.at === "free" || readsOnly.has(message.type)) return false;
    if (message.type === "act" && message.act.do === "signIn") return false;
    return room.waiting > maxKeptForLater || !ofCalls.has(message.type);
  };

  const hear = async (seat: Seat, message: Heard, nonce: Bytes): Promise<void> => {
    if (refusesNow(message)) return hub.refuse(seat, "STORE_FULL");
    switch (message.type) {
      case "enrol":
        return people.enrol(seat, message, nonce);
      case "act":
        if (message.act.do === "acknowledge" || message.act.do === "shelve" || message.act.do === "openSetUp")
          return takeUp(seat, message.act);
        return people.act(seat, message.act);
      case "passkey":
        return people.passkey(seat, message.response);
      case "passkeyCancelled":
        return people.cancelled(seat);
      default:
    }
    if (seat.who === null) return hub.refuse(seat, "TERMINAL_UNPROVEN");
    const it = enrolled(seat.who);
    if (it !== null && isRehearser(it) && !mayRehearserSay(message)) return hub.refuse(seat, "TERMINAL_UNKNOWN");
    switch (message.type) {
      case "renew":
        return renew(seat, seat.who, message.request, nonce);
      case "signOut":
        return people.signOut(seat);
      case "alarm":
        return raise(seat.who, message);
      case "entries":
        return people.officerAt(seat) === null ? hub.refuse(seat, "OFFICER_UNPROVEN") : entries(seat, message.before);
      case "drillHistory":
      case "drillReport":
      case "drillNow":
        return readiness.hear(seat, message);
      case "exported":
        return exported(seat.who, message);
      case "drillable":
        return drillDesks.says(seat.who, message);
      case "drill":
        return fromDrill(seat.who, message.message);
      case "selfTest":
        return options.selfTests.said(seat.who, message);
      case "found":
        return options.drills?.run.found(seat.who, message.call, message.at, message.found);
      case "drillReload":
        return options.drills?.run.came(seat.who);
      case "drillLeft":
        return options.drills?.run.left(seat.who, message.call, message.why);
      default:
        return calls.command({ from: "terminal", terminal: seat.who, message });
    }
  };

  /** What a terminal says of a drill: a call's own words. */
  const fromDrill = async (terminal: IdText, message: (Heard & { type: "drill" })["message"]): Promise<void> => {
    return message.type === "exported"
      ? exported(terminal, message)
      : options.drills?.run.fromTerminal(terminal, message);
  };

  const exported = async (terminal: IdText, { call, secret: text }: Heard & { type: "exported" }): Promise<void> => {
    const secret = fromBase64url(text);
    if (secret !== null) await options.exported({ terminal, call, secret });
  };

  /** What a signed-in officer does that changes nobody's part in anything, and so wants no passkey. */
  const takeUp = async (seat: Seat, act: Act & { do: "acknowledge" | "shelve" | "openSetUp" }): Promise<void> => {
    const officer = people.officerAt(seat);
    if (officer === null) return hub.refuse(seat, "OFFICER_UNPROVEN");
    if (act.do === "openSetUp") return setUps.ask(act.terminal);
    if (act.do === "acknowledge") return options.alarms.acknowledge(act.alarm, officer.id, officer.name);
    return options.alarms.shelve(act.alarm, officer.id, officer.name, minutes(act.minutes));
  };

  /** A terminal's word about a call counts while it is in that call. */
  const raise = async (terminal: IdText, { call, what }: Heard & { type: "alarm" }): Promise<void> => {
    for (const [link, { line }] of Object.entries(calls.state().links))
      if (openCall(line) === call && sitsAt(line, terminal)) await options.alarms.raise({ link, call, terminal, what });
  };

  const renew = async (seat: Seat, terminal: IdText, text: string, nonce: Bytes): Promise<void> => {
    const request = decode(signedTerminalRequest, fromBase64url(text) ?? new Uint8Array(0));
    if (!request.ok || idText(request.value.body.terminal) !== terminal) return hub.refuse(seat, "MESSAGE_MALFORMED");
    const made = await identity.command({
      type: "renewTerminal",
      request: request.value,
      nonce: nonce as StationNonce,
    });
    if (!made.ok) return hub.refuse(seat, made.error.code);
    if (made.value.type !== "chain") throw new Error("a credential was asked for and something else came");
    const first = chains.of(terminal) === null;
    chains.put(terminal, made.value.chain, made.value.renewAt);
    if (first) welcome(terminal, seat);
    else hub.tellSeat(seat, { type: "renewed", chain: base64url(made.value.chain) });
  };

  const entries = async (seat: Seat, before: number | null): Promise<void> => {
    const total = store.nextIndex();
    const rows: LedgerRow[] = [];
    // An entry of our own business is witnessed once any linked station has cosigned the record that holds it.
    const witnessed = Math.max(0, ...options.log.standings().map(({ theyCosigned }) => theyCosigned));
    let to = Math.min(before ?? total, total);
    while (to > 0 && rows.length < ledgerPage) {
      const from = Math.max(0, to - ledgerPage);
      const page = await store.events(from, to - from);
      if (!page.ok) return options.report(page.error);
      for (const event of page.value.toReversed()) {
        const row = rowOf(event, identity.state(), recordOf);
        if (row === null) continue;
        rows.push(row.proof === "ours" && row.index < witnessed ? { ...row, proof: "witnessed" } : row);
      }
      to = from;
    }
    hub.tellSeat(seat, { type: "entries", entries: rows, total, more: to > 0 });
  };

  const readiness = readinessFor({
    store,
    clock,
    card: () => home().pin.card,
    terminals: () => identity.state().terminals,
    drillNow: options.drills === null ? null : (link) => options.drills?.run.now(link) ?? Promise.resolve(null),
    isLink: (link) => links.of(link) !== null,
    isOfficer: (seat) => people.officerAt(seat) !== null,
    hub,
    report: options.report,
  });

  const isOpen = (link: IdText, call: IdText): boolean =>
    [calls.state(), options.drills?.calls.state()].some((state) => {
      const line = state?.links[link]?.line;
      return line !== undefined && openCall(line) === call;
    });
  const credentials = relayCredentials({ clock, relay, isOpen, tell: hub.tell });
  const pins = callPins({
    pinsOf: (link) => {
      const party = links.of(link)?.party;
      const theirs = party === undefined ? undefined : identity.state().peers.get(party);
      if (theirs === undefined) return null;
      return { ours: base64url(encode(pin, home().pin)), theirs: base64url(encode(pin, theirs)) };
    },
    isOpen,
    tell: hub.tell,
  });

  /** Whether somebody may take a call there now: a console's rings are seen only by an officer who is signed in ([CA19]). */
  const canRing = (terminal: IdText, role: string): boolean => {
    if (!hub.isOn(terminal) || chains.of(terminal) === null) return false;
    if (consoleRole(role) !== "console") return true;
    const seat = hub.seats().find(({ who }) => who === terminal);
    return seat !== undefined && people.officerAt(seat) !== null;
  };

  const rehearser = rehearserFacts({
    terminals: () => identity.state().terminals.values(),
    isOn: (terminal) => hub.isOn(terminal),
    engaged: () => options.drills?.run.engaged() ?? [],
  });
  const drillDesks = drillTerminals({
    isOn: (terminal) => {
      const it = enrolled(terminal);
      if (it === null || consoleRole(it.role) === "console" || !canRing(terminal, it.role)) return false;
      // A desk that a person has open is what is to be proven: the station's own browser stands in for it and never beside it.
      return !isRehearser(it) || rehearser.isWanted();
    },
    onChange: () => {
      options.drills?.run.look();
      options.selfTests.look();
    },
  });

  /** Our desks as they could test their rooms: one that a person, a call, a ring or a drill has is in use ([TS7]). */
  const testDesks = (): readonly DeskNow[] => {
    const idle = drillDesks.idle();
    const drilled = options.drills?.run.engaged() ?? [];
    return [...identity.state().terminals.values()].flatMap((of) => {
      const terminal = idText(of.id);
      if (of.standing.at !== "enrolled" || consoleRole(of.role) !== "desk" || isRehearser(of)) return [];
      const it = drilled.includes(terminal) ? undefined : idle.find((one) => one.terminal === terminal);
      const use = it !== undefined ? "idle" : hub.isOn(terminal) ? "inUse" : "off";
      return [{ terminal, use, browser: it?.browser ?? "" }];
    });
  };
  const checksNow = (): ToTerminal & { type: "checks" } => ({
    type: "checks",
    now: clock.now(),
    lines: lineChecks(options.checks(), clock.now()),
  });
  const tellPeople = (tell: (message: ToTerminal) => void): void => {
    const shown = options.roll?.shown() ?? null;
    if (shown !== null) tell({ type: "people", now: clock.now(), ours: shown.ours, lines: [...shown.lines] });
  };
  const drillsNow = (): ToTerminal & { type: "drills" } => ({
    type: "drills",
    now: clock.now(),
    lines: [...(options.drills?.run.shown() ?? [])],
  });

  /** What a terminal needs for a call or a drill; null where the link has no such secret any more. */
  const admission = (
    to: IdText,
    { link, call, side, caller, generation, far }: CallAdmission,
    epochSeconds: number,
  ): (ToTerminal & { type: "admit" }) | null => {
    const secret = links.generations(link).find(({ n }) => n === generation)?.secret;
    const pinned = pins.give(to, link, call);
    if (secret === undefined || pinned === null) return null;
    return {
      type: "admit",
      link,
      call,
      side,
      caller,
      generation,
      psk: base64url(pskOf(secret, link, generation, call)),
      far: [...far],
      pins: pinned,
      epochSeconds,
      iceServers: credentials.give(to, link, call),
      relayOnly: config.call.relayOnly,
      pictureBeforeAnswer: config.call.pictureBeforeAnswer,
    };
  };

  const presence = (terminal: IdText): Presence => ({
    on: hub.isOn(terminal),
    since: seen.get(terminal)?.since ?? enrolled(terminal)?.enrolled ?? instant(0),
  });

  let due = false;
  /** Once for all changes of one turn: terminals in a call get pins that are new, consoles of signed-in officers get the house anew. */
  const changed = (): void => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      pins.changed();
      const sources = {
        identity: identity.state(),
        pairings: pairing.state(),
        links,
        codes: people.codes(),
        presence,
        origin,
        manifest: options.served.manifest,
        test: options.selfTests.of,
        lastSeen: (id: IdText) => officersSeen.get(id) ?? null,
      };
      const house = houseOf(sources);
      const alarms = { type: "alarms" as const, alarms: options.alarms.shown() };
      for (const seat of hub.seats()) {
        const officer = seat.who === null ? null : people.officerAt(seat);
        if (officer === null) continue;
        officersSeen.set(idText(officer.id), clock.now());
        hub.tellSeat(seat, house);
        hub.tellSeat(seat, alarms);
      }
    });
  };

  const listening = await new Promise<Result<number, ParleyError>>((resolve) => {
    web.server.once("error", (error) =>
      resolve(fail(problem("WEB_PORT_TAKEN", `${config.web.host}:${config.web.port} ${error.message}`))),
    );
    web.server.listen(config.web.port, config.web.host, () => {
      const address = web.server.address();
      resolve(ok(typeof address === "object" && address !== null ? address.port : config.web.port));
    });
  });
  if (!listening.ok) return listening;

  const ringable = (who: (it: Terminal) => boolean): readonly Desk[] =>
    [...identity.state().terminals.values()].flatMap((it) => {
      const { id, name, role, standing } = it;
      if (standing.at !== "enrolled" || !who(it)) return [];
      return [{ terminal: idText(id), name, online: canRing(idText(id), role) }];
    });
  /** People's business: nothing of it goes to the station's own browser. */
  const tellSeated = (message: ToTerminal): void => {
    for (const seat of hub.seats()) {
      const it = seat.who === null ? null : enrolled(seat.who);
      if (it !== null && !isRehearser(it)) hub.tellSeat(seat, message);
    }
  };

  return ok({
    port: listening.value,
    people,
    rehearser,
    testDesks,
    tellTest: hub.tell,
    desks: () => ringable((it) => !isRehearser(it)),
    tell: (to, message) => (to === null ? tellSeated(message as ToTerminal) : hub.tell(to, message as ToTerminal)),
    admit: (to, message) => {
      const given = admission(to, message, config.call.epochSeconds);
      if (given !== null) hub.tell(to, given);
    },
    drills: {
      desks: () => ringable(() => true),
      idle: drillDesks.idle,
      tell: hub.tell,
      changed: () => hub.tellAll(drillsNow()),
      line: (to, message) => hub.tell(to, { type: "drill", message: message as ToTerminal & { type: "line" } }),
      admit: (to, message) => {
        const given = admission(to, message, drillEpochSeconds);
        if (given !== null) hub.tell(to, { type: "drill", message: given });
      },
    },
    recorded: (call, { at, index }) => {
      if (at !== "crossed") tellSeated({ type: "record", call, at, index });
    },
    refuse: (to, code) => {
      const seat = hub.seats().find(({ who }) => who === to);
      if (seat !== undefined) hub.refuse(seat, code);
    },
    changed,
    linksChanged: () => {
      hub.tellAll({ type: "links", links: linksNow() });
      changed();
    },
    checked: () => hub.tellAll(checksNow()),
    peopleChanged: () => tellPeople(hub.tellAll),
    unrelay: relay.evict,
    dismiss: (terminal) => {
      chains.drop(terminal);
      relay.evict(terminal);
      hub.dismiss(terminal);
    },
    renewAll: () => {
      for (const seat of hub.seats()) if (seat.who !== null) askToRenew(seat);
    },
    present: web.present,
    close: async () => {
      credentials.close();
      chains.close();
      hub.close();
      await web.close();
    },
  });
}
