// What officers do at their consoles. Each connection (seat) has its own officer, or none; an act that changes who may take
// part waits for a passkey shown for that very act. Turns acts into the duties' commands, and decides nothing else.
import { type Bytes, base64url, concat, fromBase64url } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import { type Ms, days } from "@parley/base/time";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, type TerminalId, idOf, idText } from "@parley/protocol/ids";
import type { OfferId } from "@parley/protocol/pairing/offer";
import type { StationNonce } from "@parley/protocol/signed/terminalCertificate";
import type { PasskeyAnswer } from "@parley/protocol/signed/people";
import { signedTerminalRequest } from "@parley/protocol/signed/terminalCertificate";
import type { Act } from "@parley/protocol/terminal/console";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import { holderOf } from "../duty/identity/officers.ts";
import type { IdentityCommand, IdentityReply, Shown } from "../duty/identity/port.ts";
import { type Identity, type Officer, removalOfTerminal } from "../duty/identity/state.ts";
import type { PairingCommand } from "../duty/pairing/pairing.ts";
import { rekeyCommand } from "../duty/identity/rekeyAct.ts";
import type { Seat } from "./hub.ts";
import {
  type KnownPasskey,
  type PasskeySite,
  askAssertion,
  answerOf,
  askRegistration,
  takeAssertion,
  takeRegistration,
} from "./passkeys.ts";

/** A code that somebody may still use, in the words in which it was handed out; kept in memory only. */
export type HandedOut = {
  readonly role: "desk" | "console" | "officer" | "rehearser";
  readonly name: string;
  readonly code: string;
  readonly until: number;
  readonly preapproved: Shown | null;
};

export type PeopleOptions = {
  readonly site: PasskeySite;
  readonly identity: () => Identity;
  readonly command: (command: IdentityCommand) => Promise<Result<IdentityReply, ParleyError>>;
  readonly pair: (command: PairingCommand) => Promise<Result<unknown, ParleyError>>;
  /** The party at the other end of a link of ours. */
  readonly partyOf: (link: IdText) => PartyId | null;
  /** The pairing that the consoles show now, or null. */
  readonly pairing: () => { readonly offer: OfferId } | null;
  readonly tell: (seat: Seat, message: ToTerminal) => void;
  readonly refuse: (seat: Seat, code: ErrorCode) => void;
  readonly onChange: () => void;
  /** What a passkey has to sign to answer this question; null where nobody asks it. */
  readonly hereChallenge: (question: IdText) => Bytes | null;
  /** An officer's passkey has answered it: verified. */
  readonly here: (question: IdText, officer: Officer, answer: PasskeyAnswer) => Promise<Result<unknown, ParleyError>>;
  /** An officer has signed in at this seat. */
  readonly onSignIn: (seat: Seat) => void;
};

export type People = {
  readonly act: (seat: Seat, act: Act) => Promise<void>;
  readonly passkey: (seat: Seat, response: Record<string, unknown>) => Promise<void>;
  readonly cancelled: (seat: Seat) => void;
  readonly signOut: (seat: Seat) => void;
  readonly enrol: (seat: Seat, message: FromTerminal & { type: "enrol" }, nonce: Bytes) => Promise<void>;
  /** Tells a seat who it is to the station. */
  readonly door: (seat: Seat) => void;
  readonly officerAt: (seat: Seat) => Officer | null;
  readonly gone: (seat: Seat) => void;
  /** Codes handed out and not yet used, by the hash that the ledger knows them by. */
  readonly codes: () => ReadonlyMap<IdText, HandedOut>;
  /** Makes a code at the command line; one made there with the root's passphrase needs no further approval. */
  readonly handOut: (
    role: HandedOut["role"],
    name: string,
    by: Shown,
    preapproved: boolean,
  ) => Promise<Result<string, ParleyError>>;
};

type Waiting = { readonly act: Act; readonly challenge: string; readonly ceremony: "create" | "get" };
type Sitting = { shown: Shown | null; waiting: Waiting | null };

/** An offer is good for this long unless it is taken back: time to carry a file to another town, chosen. */
const offerLifetime: Ms = days(1);

const rolesOf = { desk: "principal", console: "dutyOfficer", rehearser: "probe" } as const;

export function makePeople(options: PeopleOptions): People {
  const { site } = options;
  const sittings = new Map<number, Sitting>();
  const codes = new Map<IdText, HandedOut>();

  const sitting = (seat: Seat): Sitting => {
    const known = sittings.get(seat.id);
    if (known !== undefined) return known;
    const fresh: Sitting = { shown: null, waiting: null };
    sittings.set(seat.id, fresh);
    return fresh;
  };

  const officers = (): readonly Officer[] => [...options.identity().officers.values()];
  const knownPasskeys = (): readonly KnownPasskey[] => officers().flatMap(({ passkeys }) => passkeys);
  const officerOf = ({ credential }: Shown): Officer | null => holderOf(options.identity(), credential);

  const door = (seat: Seat): void => {
    const { shown } = sitting(seat);
    const officer = shown === null ? null : (officerOf(shown)?.name ?? null);
    // The command line's own officer is one too, and has no browser.
    options.tell(seat, { type: "door", officers: officers().length > 1 ? "some" : "none", officer });
  };

  const ask = async (seat: Seat, act: Act, ceremony: Waiting["ceremony"], challenge?: Bytes): Promise<void> => {
    const name = act.do === "enrolOfficer" ? act.name : (officerNow(seat)?.name ?? "");
    const asked =
      ceremony === "create"
        ? await askRegistration(site, name, knownPasskeys())
        : await askAssertion(site, knownPasskeys(), challenge);
    sitting(seat).waiting = { act, challenge: asked.challenge, ceremony };
    options.tell(seat, { type: "passkey", ceremony, options: asked.options });
  };

  const officerNow = (seat: Seat): Officer | null => {
    const { shown } = sitting(seat);
    return shown === null ? null : officerOf(shown);
  };

  const act = async (seat: Seat, it: Act): Promise<void> => {
    switch (it.do) {
      case "enrolOfficer":
        return ask(seat, it, "create");
      case "signIn":
        return ask(seat, it, "get");
      default:
    }
    const { shown } = sitting(seat);
    if (shown === null || officerOf(shown) === null) return options.refuse(seat, "OFFICER_UNPROVEN");
    switch (it.do) {
      case "addPasskey":
        return ask(seat, it, "create");
      case "approve":
      case "removeTerminal":
      case "confirmRemoval":
      case "rekeyLink":
        return ask(seat, it, "get");
      case "words":
        return it.answer === "match" ? ask(seat, it, "get") : perform(seat, it, shown);
      case "here": {
        // Over the question itself, so that the answer is to nothing else ([PE4]).
        const challenge = options.hereChallenge(it.question);
        return challenge === null ? options.refuse(seat, "HERE_NOT_ASKED") : ask(seat, it, "get", challenge);
      }
      default:
        return perform(seat, it, shown);
    }
  };

  /** Carries out an act whose officer has been shown to be here. */
  const perform = async (seat: Seat, it: Act, by: Shown): Promise<void> => {
    const done = await commandOf(it, by);
    if (!done.ok) options.refuse(seat, done.error.code);
    options.onChange();
  };

  const presence = (by: Shown) => {
    const officer = officerOf(by);
    return officer === null ? null : { officer: officer.id, assertion: by.assertion };
  };

  const commandOf = async (it: Act, by: Shown): Promise<Result<unknown, ParleyError>> => {
    const who = presence(by);
    if (who === null) return fail(problem("OFFICER_UNPROVEN"));
    const pairing = options.pairing();
    switch (it.do) {
      case "makeCode":
        return handOut(it.role, it.name, by, false);
      case "withdrawCode":
        codes.delete(it.id);
        return ok(null);
      case "approve":
      case "refuse": {
        const terminal = idOf<TerminalId>(it.request, 16);
        if (terminal === null) return fail(problem("ID_TERMINAL_UNKNOWN"));
        return options.command({ type: it.do === "approve" ? "approveTerminal" : "refuseTerminal", terminal, by });
      }
      case "removeTerminal": {
        const terminal = idOf<TerminalId>(it.terminal, 16);
        if (terminal === null) return fail(problem("ID_TERMINAL_UNKNOWN"));
        return options.command({
          type: "proposeAct",
          act: { type: "revoke", subject: { type: "terminal", terminal }, why: "removed at a console" },
          by,
        });
      }
      case "confirmRemoval": {
        const pending = removalOfTerminal(options.identity(), it.terminal);
        const id = pending === null ? null : fromBase64url(pending[0]);
        return id === null ? fail(problem("ID_ACT_UNKNOWN")) : options.command({ type: "confirmAct", id, by });
      }
      case "rekeyLink": {
        const party = options.partyOf(it.link);
        if (party === null) return fail(problem("LINK_UNKNOWN"));
        return options.command(rekeyCommand(options.identity(), party, by));
      }
      case "makeOffer":
        return options.pair({ type: "offer", lifetime: offerLifetime, by: who });
      case "importOffer":
        return options.pair({ type: "import", text: it.text, by: who });
      case "withdrawOffer":
        return pairing === null ? ok(null) : options.pair({ type: "cancel", offer: pairing.offer, by: who });
      case "words":
        if (pairing === null) return fail(problem("PAIR_UNKNOWN"));
        return options.pair({ type: it.answer === "match" ? "match" : "differ", offer: pairing.offer, by: who });
      case "pairingSeen":
        return pairing === null ? ok(null) : options.pair({ type: "forget", offer: pairing.offer });
      case "signIn":
      case "enrolOfficer":
      case "addPasskey":
        return ok(null); // their passkey is the act
      case "here":
        return ok(null); // its passkey is the answer, taken before this
      case "acknowledge":
      case "shelve":
      case "openSetUp":
        return ok(null); // carried out without a passkey, by whoever joins the rooms
    }
    return it satisfies never;
  };

  const handOut = async (
    role: HandedOut["role"],
    name: string,
    by: Shown,
    preapproved: boolean,
  ): Promise<Result<string, ParleyError>> => {
    const made =
      role === "officer"
        ? await options.command({ type: "inviteOfficer", by })
        : await options.command({ type: "awaitTerminal", role: rolesOf[role], name, by });
    if (!made.ok) return made;
    if (made.value.type !== "code") throw new Error("a code was asked for and something else came");
    const code = base64url(made.value.code);
    codes.set(code, { role, name, code, until: made.value.until, preapproved: preapproved ? by : null });
    options.onChange();
    return ok(code);
  };

  const passkey = async (seat: Seat, response: Record<string, unknown>): Promise<void> => {
    const { waiting } = sitting(seat);
    sitting(seat).waiting = null;
    if (waiting === null) return;
    const wrong = (): void => options.tell(seat, { type: "passkeyFailed", why: "unknown" });
    if (waiting.ceremony === "get") {
      const shown = await takeAssertion(site, waiting.challenge, response, knownPasskeys());
      if (!shown.ok) return wrong();
      if (waiting.act.do === "signIn") {
        sitting(seat).shown = shown.value;
        door(seat);
        options.onSignIn(seat);
        return options.onChange();
      }
      door(seat);
      if (waiting.act.do === "here") return answered(seat, waiting.act.question, shown.value, response);
      return perform(seat, waiting.act, shown.value);
    }
    const made = await takeRegistration(site, waiting.challenge, response);
    if (!made.ok) return wrong();
    const label = waiting.act.do === "enrolOfficer" ? waiting.act.name : (officerNow(seat)?.name ?? "Passkey");
    const fresh = { credential: made.value.credential, publicKey: made.value.publicKey, label };
    if (waiting.act.do === "enrolOfficer") {
      const code = fromBase64url(waiting.act.code.trim());
      const joined = await options.command({
        type: "joinOfficer",
        code: code ?? new Uint8Array(16),
        name: waiting.act.name,
        passkey: fresh,
      });
      if (!joined.ok) return options.tell(seat, { type: "passkeyFailed", why: "wrongCode" });
      codes.delete(waiting.act.code.trim());
      sitting(seat).shown = made.value.shown;
      options.onSignIn(seat);
      // The browser in which an officer joins becomes a console at once, by that officer's own word.
      if (seat.who === null) {
        const own = await handOut("console", `Console of ${waiting.act.name}`, made.value.shown, true);
        if (own.ok) options.tell(seat, { type: "enrolHere", code: own.value });
      }
    } else if (waiting.act.do === "addPasskey") {
      const { shown } = sitting(seat);
      if (shown !== null) await options.command({ type: "addPasskey", passkey: fresh, by: shown });
    }
    door(seat);
    options.onChange();
  };

  /** An officer's "I am here": the passkey's holder, whoever is signed in at this seat. */
  const answered = async (
    seat: Seat,
    question: IdText,
    by: Shown,
    response: Record<string, unknown>,
  ): Promise<void> => {
    const officer = officerOf(by);
    const answer = answerOf(response);
    if (officer === null || answer === null) return options.refuse(seat, "PASSKEY_REFUSED");
    const taken = await options.here(question, officer, answer);
    if (!taken.ok) options.refuse(seat, taken.error.code);
    options.onChange();
  };

  const enrol = async (seat: Seat, message: FromTerminal & { type: "enrol" }, nonce: Bytes): Promise<void> => {
    const text = message.code.trim();
    const code = fromBase64url(text);
    const request = decode(signedTerminalRequest, fromBase64url(message.request) ?? new Uint8Array(0));
    if (code === null || !request.ok) return options.refuse(seat, "ID_CODE_UNKNOWN");
    const asked = await options.command({
      type: "askTerminal",
      code,
      request: request.value,
      nonce: nonce as StationNonce,
    });
    if (!asked.ok) return options.refuse(seat, asked.error.code);
    const { terminal } = request.value.body;
    const handedOut = codes.get(text);
    codes.delete(text);
    const approved = handedOut?.preapproved ?? null;
    if (approved !== null) {
      const done = await options.command({ type: "approveTerminal", terminal, by: approved });
      if (!done.ok) return options.refuse(seat, done.error.code);
      options.tell(seat, { type: "enrolled", terminal: idText(terminal) });
    } else
      options.tell(seat, { type: "waiting", terminal: idText(terminal), compare: compareText(request.value.body.key) });
    options.onChange();
  };

  return {
    act,
    passkey,
    cancelled: (seat) => void (sitting(seat).waiting = null),
    signOut: (seat) => {
      sitting(seat).shown = null;
      door(seat);
    },
    enrol,
    door,
    officerAt: officerNow,
    gone: (seat) => void sittings.delete(seat.id),
    codes: () => codes,
    handOut,
  };
}

/** What the asking browser and the console both show, so that the officer approves that screen and no other: 40 bits of the key. */
export const compareText = (key: Bytes): string => {
  const digits = [...concat(key).subarray(0, 5)]
    .map((byte) => byte.toString(16).padStart(2, "0").toUpperCase())
    .join("");
  return `${digits.slice(0, 5)} ${digits.slice(5)}`;
};
