// The duty of identities: who our party is and how that is proven, who may act for it, which terminals are its own, and what
// is pinned of linked parties. `decide` is pure: it takes the state, one command and what it may use, and answers with events to
// append, a reply, and effects to carry out once the events are durable. docs/spec/identity.md has the rules.
import type { Instant } from "@parley/base/time";
import { confirmAct, proposeAct } from "./acts.ts";
import { certify, issueCard, rootRevoke, rule, setUp, tick } from "./home.ts";
import { addPasskey, awaitFirst, invite, join, obeyRoot, removePasskey } from "./officers.ts";
import { dropPeer, hearPeer, pinPeer, repinPeer } from "./peers.ts";
import { type Decided, type IdentityCommand, type IdentityContext, decided } from "./port.ts";
import type { Identity } from "./state.ts";
import { approveTerminal, askTerminal, awaitTerminal, refuseTerminal, renewTerminal } from "./terminals.ts";

export function decide(state: Identity, command: IdentityCommand, context: IdentityContext, now: Instant): Decided {
  switch (command.type) {
    case "setUp":
      return setUp(state, command, context, now);
    case "issueCard":
      return issueCard(state, command, context);
    case "certify":
      return certify(state, command, context, now);
    case "order":
      return obeyRoot(state, command, context);
    case "rule":
      return rule(state, command, context);
    case "rootRevoke":
      return rootRevoke(state, command, context);
    case "tick":
      return tick(state, context, now);
    case "awaitFirstOfficer":
      return awaitFirst(state, context, now);
    case "inviteOfficer":
      return invite(state, command, context, now);
    case "joinOfficer":
      return join(state, command, context, now);
    case "addPasskey":
      return addPasskey(state, command);
    case "removePasskey":
      return removePasskey(state, command);
    case "awaitTerminal":
      return awaitTerminal(state, command, context, now);
    case "askTerminal":
      return askTerminal(state, command, context, now);
    case "approveTerminal":
      return approveTerminal(state, command, now);
    case "refuseTerminal":
      return refuseTerminal(state, command);
    case "renewTerminal":
      return renewTerminal(state, command, context, now);
    case "proposeAct":
      return proposeAct(state, command, context, now);
    case "confirmAct":
      return confirmAct(state, command, context, now);
    case "pinPeer":
      return pinPeer(state, command, now);
    case "repinPeer":
      return repinPeer(state, command, now);
    case "dropPeer":
      return dropPeer(state, command);
    case "fromPeer":
      return hearPeer(state, command, context, now);
  }
  command satisfies never;
  return decided([]);
}
