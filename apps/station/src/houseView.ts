// What a signed-in officer's console is told of the house: terminals, codes, who asks, officers and the pairing under way.
// Read from the duties' states; nothing here decides anything.
import { hex } from "@parley/base/bytes";
import type { Instant } from "@parley/base/time";
import { type IdText, idText } from "@parley/protocol/ids";
import type { Pairing } from "@parley/protocol/pairing/state";
import type { House } from "@parley/protocol/terminal/console";
import { encodeOffer } from "@parley/protocol/pairing/offer";
import { type HandedOut, type People, compareText } from "./api/people.ts";
import { type Identity, removalOfTerminal } from "./duty/identity/state.ts";
import { type Pairings } from "./duty/pairing/pairing.ts";
import type { Tested } from "./duty/selfTests.ts";
import { viewOf } from "./duty/pairing/view.ts";
import { rekeysOf } from "./rekeyView.ts";
import type { LinksRun } from "./run/linksRun.ts";

export type Presence = { readonly on: boolean; readonly since: Instant };

export type HouseSources = {
  readonly identity: Identity;
  readonly pairings: Pairings;
  readonly links: Pick<LinksRun, "all">;
  readonly codes: ReturnType<People["codes"]>;
  readonly presence: (terminal: IdText) => Presence;
  readonly origin: string;
  readonly manifest: string;
  /** A terminal's newest test of its own room. */
  readonly test: (terminal: IdText) => Tested | null;
  /** An officer was last seen at a console. */
  readonly lastSeen: (officer: IdText) => Instant | null;
};

/** The roles of terminals as consoles know them. */
export const consoleRole = (role: string): "desk" | "console" | "rehearser" =>
  role === "dutyOfficer" ? "console" : role === "probe" ? "rehearser" : "desk";

/** Where a browser brings a code that was handed out. */
export const codeAddress = (origin: string, role: HandedOut["role"], code: string): string =>
  `${origin}/${role === "desk" || role === "rehearser" ? "desk" : "console"}#${role === "officer" ? "officer" : "code"}=${code}`;

export function houseOf(from: HouseSources): House {
  const { identity } = from;
  const terminals = [...identity.terminals.values()].filter(({ standing }) => standing.at === "enrolled");
  return {
    type: "house",
    manifest: from.manifest,
    terminals: terminals.map((terminal) => {
      const id = idText(terminal.id);
      const { on, since } = from.presence(id);
      const { issued, notAfter } = terminal.credential ?? { issued: terminal.enrolled, notAfter: terminal.enrolled };
      return {
        id,
        name: terminal.name,
        role: consoleRole(terminal.role),
        enrolled: terminal.enrolled,
        presence: on ? { at: "here" } : { at: "away", since },
        renews: issued + Math.floor((notAfter - issued) / 3),
        until: notAfter,
        manifest: hex(terminal.manifest),
        removal: removalOf(identity, id),
        test: testOf(from.test(id)),
      };
    }),
    // The code of the station's own browser is for that browser alone: nobody is to carry it elsewhere.
    codes: [...from.codes.values()].flatMap(({ role, name, code, until }) =>
      role === "rehearser"
        ? []
        : [{ id: code, role, name, code, address: codeAddress(from.origin, role, code), expires: until }],
    ),
    requests: [...identity.enrolments.values()].flatMap((it) => {
      const role = consoleRole(it.role);
      if (it.at !== "asked" || role === "rehearser") return [];
      const { terminal, name, key, until } = it;
      return [{ id: idText(terminal), role, name, compare: compareText(key), browser: "", asked: until }];
    }),
    officers: [...identity.officers.values()].map(({ id, name, passkeys }) => ({
      id: idText(id),
      name,
      passkeys: passkeys.length,
      lastSeen: from.lastSeen(idText(id)),
    })),
    pairing: pairingOf(from.pairings),
    alarms: { raised: [], handled: [] },
    rekeys: rekeysOf(from.links, identity, from.pairings),
  };
}

const testOf = (it: Tested | null): House["terminals"][number]["test"] =>
  it === null ? null : { at: it.at, cause: it.cause, when: it.when };

function removalOf(identity: Identity, terminal: IdText): { by: string; since: number } | null {
  const found = removalOfTerminal(identity, terminal);
  if (found === null) return null;
  const [, { by, until }] = found;
  return { by: identity.officers.get(idText(by.officer))?.name ?? "", since: until };
}

/** The pairing that the consoles show: the one that moved last. */
export function shownPairing(pairings: Pairings): Pairing | null {
  const all = [...pairings.values()];
  const open = all.filter(({ type }) => type !== "invited" && type !== "rekeyed");
  return open.findLast((it) => it.type !== "ended" && it.type !== "active") ?? open.at(-1) ?? null;
}

function pairingOf(pairings: Pairings): House["pairing"] {
  const it = shownPairing(pairings);
  if (it === null) return { at: "none" };
  const view = viewOf(it);
  const { compare } = view;
  const them = "agreed" in it ? partyOf(it.agreed.peer.card) : null;
  switch (it.type) {
    case "offered":
      return {
        at: "offered",
        link: encodeOffer(it.offer),
        fileName: `${it.offer.name}.parley-offer`,
        expires: it.offer.expires,
      };
    case "asked":
    case "revealed":
    case "answered":
      return {
        at: "exchanging",
        address: it.offer.stations.map(({ host, port }) => `${host}:${port}`).join(", "),
        since: it.until,
      };
    case "unfinished":
    case "comparing":
    case "pressed":
    case "unconfirmed": {
      const [a = "", b = "", c = "", d = ""] = compare?.words ?? [];
      if (them === null || compare === null) return { at: "exchanging", address: it.offer.name, since: it.until };
      const theirs = it.type === "comparing" && it.theirs !== null ? "match" : "waiting";
      const ours = it.type === "comparing" ? "waiting" : "match";
      return { at: "words", them, words: [a, b, c, d], ours, theirs, until: it.until };
    }
    case "active":
      return them === null ? { at: "none" } : { at: "active", them, since: it.ours.body.at };
    case "wordsDue": {
      const [a = "", b = "", c = "", d = ""] = compare?.words ?? [];
      if (them === null) return { at: "none" };
      return { at: "words", them, words: [a, b, c, d], ours: "waiting", theirs: "waiting", until: null };
    }
    case "invited":
    case "rekeyed":
      return { at: "none" };
    case "ended":
      return { at: "failed", code: it.why, them: it.offer.name };
  }
  return it satisfies never;
}

const partyOf = (card: { party: Uint8Array<ArrayBuffer>; name: string; place: string; timeZone: string }) => ({
  id: idText(card.party),
  name: card.name,
  zone: card.timeZone,
  place: card.place,
});
