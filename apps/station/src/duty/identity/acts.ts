// Acts that need two officers (rules ID19, ID20, ID8): a cut-off by the station's own power, and both ends of replacing a root. The
// first officer proposes, another confirms within the hour; nothing happens in between.
import { equal } from "@parley/base/bytes";
import { type Instant, after, ms } from "@parley/base/time";
import { idText } from "@parley/protocol/ids";
import { secondOfficerMs } from "@parley/protocol/limits";
import { holdRoot } from "@parley/protocol/signed/adopt";
import { type Presence, type Revocation, signRevocation } from "@parley/protocol/signed/revocation";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { Act } from "./events.ts";
import { cutOff, homeOf } from "./home.ts";
import { presentOfficer } from "./officers.ts";
import { type CommandOf, type Decided, type IdentityContext, decided, proven, refused } from "./port.ts";
import type { Identity } from "./state.ts";
import { enrolledTerminal } from "./terminals.ts";

export function proposeAct(
  state: Identity,
  command: CommandOf<"proposeAct">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const by = presentOfficer(state, command.by);
  if (!by.ok) return by;
  const wrong = refuseAct(state, command.act, context, now);
  if (wrong !== null) return wrong;
  const id = context.random(16);
  const until = after(now, ms(secondOfficerMs));
  return decided([{ type: "actProposed", id, act: command.act, by: by.value, until }], [], {
    type: "pending",
    id,
    until,
  });
}

/** Why an act makes no sense now; asked again when it is confirmed. */
function refuseAct(
  state: Identity,
  act: Act,
  context: IdentityContext,
  now: Instant,
): ReturnType<typeof refused> | null {
  switch (act.type) {
    case "revoke": {
      const { subject } = act;
      if (subject.type === "party") return state.peers.has(idText(subject.other)) ? null : refused("ID_PEER_UNKNOWN");
      const terminal = enrolledTerminal(state, subject.terminal);
      return terminal === null
        ? refused("ID_TERMINAL_UNKNOWN")
        : terminal === "removed"
          ? refused("ID_TERMINAL_REMOVED")
          : null;
    }
    case "rekey":
      return state.peers.has(idText(act.party)) ? null : refused("ID_PEER_UNKNOWN");
    case "releaseRoot":
      return state.peers.get(idText(act.party))?.standing.type === "rootHeld"
        ? null
        : refused("ID_ACT_UNKNOWN", "no root of this party is held");
    case "replaceRoot": {
      const home = homeOf(state);
      if (!home.ok) return home;
      if (!context.holds(keyIdOf(act.certificate.body.key)))
        return refused("KEYS_FILE_MISSING", "the certified key is not at hand");
      const held = proven(holdRoot(home.value.pin, act.card, act.certificate, now), context.verify);
      return held.ok ? null : held;
    }
  }
  act satisfies never;
  return null;
}

export function confirmAct(
  state: Identity,
  command: CommandOf<"confirmAct">,
  context: IdentityContext,
  now: Instant,
): Decided {
  const by = presentOfficer(state, command.by);
  if (!by.ok) return by;
  const pending = state.pending.get(idText(command.id));
  if (pending === undefined || now > pending.until) return refused("ID_ACT_UNKNOWN");
  if (equal(pending.by.officer, by.value.officer)) return refused("ID_SAME_OFFICER");
  const wrong = refuseAct(state, pending.act, context, now);
  if (wrong !== null) return wrong;
  return carryOut(state, command.id, pending.act, [pending.by, by.value], context, now);
}

function carryOut(
  state: Identity,
  id: CommandOf<"confirmAct">["id"],
  act: Act,
  officers: readonly Presence[],
  context: IdentityContext,
  now: Instant,
): Decided {
  switch (act.type) {
    case "revoke": {
      const home = homeOf(state);
      if (!home.ok) return home;
      const body: Revocation = {
        party: home.value.pin.card.party,
        subject: act.subject,
        by: { type: "station", key: keyIdOf(context.signer.publicKey), officers },
        why: act.why,
        issued: now,
      };
      const revocation = signRevocation(body, context.signer);
      return decided([{ type: "revoked", revocation, act: id }], cutOff(revocation));
    }
    case "rekey":
      return decided(
        [{ type: "rekeyAllowed", party: act.party, act: id, officers, at: now }],
        [{ type: "rekey", party: act.party }],
      );
    case "releaseRoot":
      return decided(
        [{ type: "peerRootReleased", party: act.party, act: id, officers, at: now }],
        [{ type: "peerStands", party: act.party }],
      );
    case "replaceRoot": {
      const { card, certificate } = act;
      const notice = { type: "changed", catchUp: { card, certificate, successions: [] } } as const;
      return decided(
        [{ type: "rootReplaced", card, certificate, officers, act: id }],
        [
          { type: "useKey", key: keyIdOf(certificate.body.key), next: certificate.body.nextKey },
          { type: "tellPeers", notice },
          { type: "renewTerminals" },
        ],
      );
    }
  }
  act satisfies never;
  return decided([]);
}
