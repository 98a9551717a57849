// Officers come in by a code and prove themselves by passkey from then on (rules ID24-ID27). The first comes by the code of
// `parley init`; a lost passkey is removed by another officer, or by the root where there is none.
import { equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Instant, after, ms } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { idText } from "@parley/protocol/ids";
import { codeLifetimeMs, maxOfficers, maxPasskeys } from "@parley/protocol/limits";
import { isName } from "@parley/protocol/signed/fields";
import type { OfficerId, Presence } from "@parley/protocol/signed/revocation";
import { checkRootOrder } from "@parley/protocol/signed/rootOrder";
import { drawCode, officerCodeHash } from "./codes.ts";
import type { Passkey } from "./events.ts";
import { type CommandOf, type Decided, type IdentityContext, type Shown, decided, refused } from "./port.ts";
import type { Identity, Officer } from "./state.ts";

/** The officer whose passkey was shown. ID_OFFICER_UNKNOWN. */
export function presentOfficer(state: Identity, shown: Shown): Result<Presence, ParleyError> {
  const found = holderOf(state, shown.credential);
  if (found === null) return fail(problem("ID_OFFICER_UNKNOWN"));
  return ok({ officer: found.id, assertion: shown.assertion });
}

/** The officer who has this passkey. */
export function holderOf(state: Identity, credential: Uint8Array): Officer | null {
  for (const officer of state.officers.values())
    if (officer.passkeys.some((p) => equal(p.credential, credential))) return officer;
  return null;
}

function awaitOfficer(by: Presence | null, context: IdentityContext, now: Instant): Decided {
  const code = drawCode(context.random);
  const until = after(now, ms(codeLifetimeMs));
  const event = { type: "officerAwaited", code: officerCodeHash(code), until, by } as const;
  return decided([event], [], { type: "code", code, until });
}

/** The bootstrap code: only while there is no officer. */
export function awaitFirst(state: Identity, context: IdentityContext, now: Instant): Decided {
  return state.officers.size > 0 ? refused("ID_FIRST_OFFICER_DONE") : awaitOfficer(null, context, now);
}

export function invite(
  state: Identity,
  command: CommandOf<"inviteOfficer">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const by = presentOfficer(state, command.by);
  return by.ok ? awaitOfficer(by.value, context, now) : by;
}

export function join(
  state: Identity,
  command: CommandOf<"joinOfficer">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const code = officerCodeHash(command.code);
  const until = state.officerCodes.get(idText(code));
  if (until === undefined || now > until) return refused("ID_CODE_UNKNOWN");
  const wrong = refusePasskey(state, command.passkey);
  if (wrong !== null) return fail(wrong);
  if (!isName(command.name)) return refused("MESSAGE_MALFORMED", "an officer's name");
  const taken = [...state.officers.values()].some((o) => o.name === command.name);
  if (taken || state.officers.size >= maxOfficers) return refused("ID_OFFICER_EXISTS", command.name);
  const officer = context.random(16) as OfficerId;
  const { name, passkey } = command;
  return decided([{ type: "officerJoined", code, officer, name, passkey, at: now }], [], { type: "officer", officer });
}

function refusePasskey(state: Identity, passkey: Passkey): ParleyError | null {
  if (!isName(passkey.label)) return problem("MESSAGE_MALFORMED", "a passkey's label");
  return holderOf(state, passkey.credential) === null ? null : problem("ID_OFFICER_EXISTS", "this passkey");
}

export function addPasskey(state: Identity, command: CommandOf<"addPasskey">): Decided {
  const by = presentOfficer(state, command.by);
  if (!by.ok) return by;
  const wrong = refusePasskey(state, command.passkey);
  if (wrong !== null) return fail(wrong);
  const officer = state.officers.get(idText(by.value.officer));
  if (officer === undefined || officer.passkeys.length >= maxPasskeys)
    return refused("ID_OFFICER_EXISTS", "too many passkeys");
  return decided([{ type: "passkeyAdded", passkey: command.passkey, by: by.value }]);
}

/** One's own or another's; never the last of all, after which nobody could come in but by the root. */
export function removePasskey(state: Identity, command: CommandOf<"removePasskey">): Decided {
  const by = presentOfficer(state, command.by);
  if (!by.ok) return by;
  const { officer, credential } = command;
  const holder = holderOf(state, credential);
  if (holder === null || !equal(holder.id, officer)) return refused("ID_OFFICER_UNKNOWN", "no such passkey");
  const count = [...state.officers.values()].reduce((n, o) => n + o.passkeys.length, 0);
  if (count === 1) return refused("ID_LAST_PASSKEY");
  return decided([{ type: "passkeyRemoved", officer, credential, by: by.value }]);
}

/** What the root holder ordered at this station's own command line. */
export function obeyRoot(state: Identity, command: CommandOf<"order">, context: IdentityContext): Decided {
  const { body } = command.order;
  const card = state.home?.pin.card;
  if (card === undefined) return refused("ID_NOT_SET_UP");
  if (!equal(body.party, card.party) || body.generation !== card.generation)
    return refused("ID_ROOT_CHANGED", "an order of another root");
  if (!context.verify(checkRootOrder(command.order, card.root))) return refused("SIGNATURE_INVALID", "root order");
  return decided([{ type: "rootOrdered", order: command.order }]);
}
