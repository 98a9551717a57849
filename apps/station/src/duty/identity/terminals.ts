// Terminals: a one-time code, a key that the browser made and never shows, an officer's word, and credentials of seven
// days that renew by themselves for as long as the enrolment stands (rules ID16-ID18, ID28-ID30).
import { equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Instant, after, ms } from "@parley/base/time";
import { type TerminalId, idText } from "@parley/protocol/ids";
import { codeLifetimeMs, maxTerminalLifetimeMs, maxTerminals } from "@parley/protocol/limits";
import { type StationEntry, chain } from "@parley/protocol/signed/chain";
import { isName } from "@parley/protocol/signed/fields";
import { refuseStanding } from "@parley/protocol/signed/pin";
import { keyIdOf, rootIdOf } from "@parley/protocol/signed/root";
import {
  type SignedTerminalRequest,
  type StationNonce,
  checkTerminalRequest,
  renewalDue,
  signTerminalCertificate,
  terminalCertificateHash,
} from "@parley/protocol/signed/terminalCertificate";
import { drawCode, terminalCodeHash } from "./codes.ts";
import { presentOfficer } from "./officers.ts";
import { type CommandOf, type Decided, type IdentityContext, decided, refused } from "./port.ts";
import { type Home, type Identity, type Terminal, askedBy } from "./state.ts";

export function awaitTerminal(
  state: Identity,
  command: CommandOf<"awaitTerminal">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const by = presentOfficer(state, command.by);
  if (!by.ok) return by;
  const { role, name } = command;
  if (!isName(name)) return refused("MESSAGE_MALFORMED", "a terminal's name");
  const standing = [...state.terminals.values()].filter((t) => t.standing.at === "enrolled").length;
  if (standing + state.enrolments.size >= maxTerminals) return refused("ID_TERMINAL_UNKNOWN", "too many");
  const code = drawCode(context.random);
  const until = after(now, ms(codeLifetimeMs));
  const event = { type: "terminalAwaited", code: terminalCodeHash(code), role, name, until, by: by.value } as const;
  return decided([event], [], { type: "code", code, until });
}

/** Whether the request is one that this station asked for, on this connection, by who holds the key in it. */
function requestHolds(
  home: Home,
  request: SignedTerminalRequest,
  nonce: StationNonce,
  context: IdentityContext,
): boolean {
  const { body } = request;
  return (
    equal(body.nonce, nonce) && equal(body.party, home.pin.card.party) && context.verify(checkTerminalRequest(request))
  );
}

/** The code is used up by the first browser that shows it with a key of its own. */
export function askTerminal(
  state: Identity,
  command: CommandOf<"askTerminal">,
  context: IdentityContext,
  now: Instant,
): Decided {
  if (state.home === null) return refused("ID_NOT_SET_UP");
  const code = terminalCodeHash(command.code);
  const awaited = state.enrolments.get(idText(code));
  if (awaited === undefined || now > awaited.until) return refused("ID_CODE_UNKNOWN");
  const { request, nonce } = command;
  const { terminal, key, manifest } = request.body;
  if (!requestHolds(state.home, request, nonce, context)) return refused("SIGNATURE_INVALID", "terminal request");
  if (!context.served(manifest)) return refused("ID_MANIFEST_UNKNOWN");
  if (awaited.at === "asked")
    return equal(awaited.key, key) && equal(awaited.terminal, terminal)
      ? decided([], [], { type: "asked", terminal })
      : refused("ID_CODE_UNKNOWN", "used by another browser");
  if (state.terminals.has(idText(terminal)) || askedBy(state, terminal) !== null)
    return refused("ID_CODE_UNKNOWN", "a terminal of that id is here");
  return decided([{ type: "terminalAsked", code, terminal, key, manifest, at: now }], [], { type: "asked", terminal });
}

export function approveTerminal(state: Identity, command: CommandOf<"approveTerminal">, now: Instant): Decided {
  const by = presentOfficer(state, command.by);
  if (!by.ok) return by;
  const asked = askedBy(state, command.terminal);
  if (asked === null || now > asked[1].until) return refused("ID_TERMINAL_UNKNOWN", "it does not ask");
  return decided([{ type: "terminalEnrolled", terminal: command.terminal, by: by.value, at: now }]);
}

export function refuseTerminal(state: Identity, command: CommandOf<"refuseTerminal">): Decided {
  const by = presentOfficer(state, command.by);
  if (!by.ok) return by;
  if (askedBy(state, command.terminal) === null) return refused("ID_TERMINAL_UNKNOWN", "it does not ask");
  return decided([{ type: "terminalRefused", terminal: command.terminal, by: by.value }]);
}

/** What introduced our key in use, as others have it too. */
export function ownEntry(home: Home): StationEntry {
  const last = home.successions.at(-1);
  return last === undefined ? { type: "certificate", it: home.certificate } : { type: "succession", it: last };
}

/** The enrolled terminal that is known by this id. */
export function enrolledTerminal(state: Identity, id: TerminalId): Terminal | "removed" | null {
  const terminal = state.terminals.get(idText(id));
  if (terminal === undefined) return null;
  return terminal.standing.at === "removed" ? "removed" : terminal;
}

/** A fresh credential for a terminal that holds its enrolled key; how old the last one is does not matter. */
export function renewTerminal(
  state: Identity,
  command: CommandOf<"renewTerminal">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const { home } = state;
  if (home === null) return refused("ID_NOT_SET_UP");
  const { request, nonce } = command;
  const terminal = enrolledTerminal(state, request.body.terminal);
  if (terminal === null) return refused("ID_TERMINAL_UNKNOWN");
  if (terminal === "removed") return refused("ID_TERMINAL_REMOVED");
  if (!equal(terminal.key, request.body.key)) return refused("ID_TERMINAL_UNKNOWN", "another key than was enrolled");
  if (!requestHolds(home, request, nonce, context)) return refused("SIGNATURE_INVALID", "terminal request");
  if (!context.served(request.body.manifest)) return refused("ID_MANIFEST_UNKNOWN");
  const stopped = refuseStanding(home.pin);
  if (stopped !== null) return refused(stopped.code, stopped.detail);
  const { key } = home.pin.line;
  // While a key is being taken into use; when it is, every terminal is asked again.
  if (!equal(key, context.signer.publicKey))
    return refused("KEYS_FILE_MISSING", "the station key is being handed over");
  const body = {
    party: home.pin.card.party,
    stationKey: keyIdOf(key),
    terminal: terminal.id,
    key: terminal.key,
    role: terminal.role,
    name: terminal.name,
    manifest: request.body.manifest,
    issued: now,
    notAfter: after(now, ms(maxTerminalLifetimeMs)),
  };
  const certificate = signTerminalCertificate(body, context.signer);
  const whole = encode(chain, { root: rootIdOf(home.pin.card.root), station: ownEntry(home), terminal: certificate });
  const { issued, notAfter, manifest } = body;
  const event = {
    type: "terminalCertified",
    terminal: terminal.id,
    certificate: terminalCertificateHash(certificate),
    issued,
    notAfter,
    manifest,
  } as const;
  return decided([event], [], { type: "chain", chain: whole, renewAt: renewalDue(body), notAfter });
}
