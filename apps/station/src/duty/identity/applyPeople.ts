// What the events of officers and terminals come to; see identityApply.ts.
import { equal } from "@parley/base/bytes";
import { idText } from "@parley/protocol/ids";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { EventOf } from "./events.ts";
import { type Identity, type Terminal, askedBy, set, without } from "./state.ts";

export function applyOfficers(
  state: Identity,
  event:
    | EventOf<"officerAwaited">
    | EventOf<"rootOrdered">
    | EventOf<"officerJoined">
    | EventOf<"passkeyAdded">
    | EventOf<"passkeyRemoved">,
): Identity {
  const { officers, officerCodes } = state;
  switch (event.type) {
    case "officerAwaited":
      return { ...state, officerCodes: set(officerCodes, idText(event.code), event.until) };
    case "rootOrdered": {
      const { order } = event.order.body;
      return order.type === "admitOfficer"
        ? { ...state, officerCodes: set(officerCodes, idText(order.code), order.until) }
        : withoutPasskey(state, order.officer, order.credential);
    }
    case "officerJoined": {
      const { officer: id, name, passkey } = event;
      return {
        ...state,
        officers: set(officers, idText(id), { id, name, passkeys: [passkey] }),
        officerCodes: without(officerCodes, idText(event.code)),
      };
    }
    case "passkeyAdded": {
      const key = idText(event.by.officer);
      const officer = officers.get(key);
      if (officer === undefined) throw new Error("a passkey of nobody");
      const passkeys = [...officer.passkeys, event.passkey];
      return { ...state, officers: set(officers, key, { ...officer, passkeys }) };
    }
    case "passkeyRemoved":
      return withoutPasskey(state, event.officer, event.credential);
  }
  event satisfies never;
}

/** An officer without a passkey is none. */
function withoutPasskey(state: Identity, id: OfficerId, credential: Uint8Array): Identity {
  const key = idText(id);
  const officer = state.officers.get(key);
  if (officer === undefined) return state;
  const passkeys = officer.passkeys.filter((p) => !equal(p.credential, credential));
  const officers =
    passkeys.length === 0 ? without(state.officers, key) : set(state.officers, key, { ...officer, passkeys });
  return { ...state, officers };
}

export function applyTerminals(
  state: Identity,
  event:
    | EventOf<"terminalAwaited">
    | EventOf<"terminalAsked">
    | EventOf<"terminalRefused">
    | EventOf<"terminalEnrolled">
    | EventOf<"terminalCertified">,
): Identity {
  const { enrolments, terminals } = state;
  switch (event.type) {
    case "terminalAwaited": {
      const { role, name, until } = event;
      return { ...state, enrolments: set(enrolments, idText(event.code), { at: "open", role, name, until }) };
    }
    case "terminalAsked": {
      const { terminal, key, manifest } = event;
      const code = idText(event.code);
      const open = enrolments.get(code);
      if (open === undefined) throw new Error("a terminal that was not awaited");
      const { role, name, until } = open;
      const asked = { at: "asked", role, name, until, terminal, key, manifest } as const;
      return { ...state, enrolments: set(enrolments, code, asked) };
    }
    case "terminalRefused":
    case "terminalEnrolled": {
      const found = askedBy(state, event.terminal);
      if (found === null) throw new Error("a terminal that did not ask");
      const [code, { name, role, key, manifest }] = found;
      const rest = { ...state, enrolments: without(enrolments, code) };
      if (event.type === "terminalRefused") return rest;
      const terminal: Terminal = {
        id: event.terminal,
        name,
        role,
        key,
        manifest,
        enrolled: event.at,
        credential: null,
        standing: { at: "enrolled" },
      };
      return { ...rest, terminals: set(terminals, idText(event.terminal), terminal) };
    }
    case "terminalCertified": {
      const key = idText(event.terminal);
      const terminal = terminals.get(key);
      if (terminal === undefined) throw new Error("a credential of no terminal");
      const { issued, notAfter, manifest } = event;
      return { ...state, terminals: set(terminals, key, { ...terminal, manifest, credential: { issued, notAfter } }) };
    }
  }
  event satisfies never;
}
