// Who comes into a call's group, as a member sees it: newcomers that knock are added by whose turn it is, members that lost
// their state are told how to come back. It remembers what it has answered, so that repeated knocks cost nothing.
import { type Bytes, equal, hex } from "@parley/base/bytes";
import type { Ms } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { takeover, turn } from "./ballot.ts";
import { readLeafCredential } from "./credential.ts";
import { type Group, readMessage } from "./group.ts";
import type { KeptMember } from "./keeperPort.ts";
import type { Ordering } from "./orderingState.ts";
import { leavesOf } from "./tree.ts";

/** What to do about a knock. */
export type Answer =
  | { readonly type: "add"; readonly ref: string }
  /** It is a member that lost its state: a group info lets it back. */
  | { readonly type: "inform" }
  | { readonly type: "wait" }
  | { readonly type: "refuse"; readonly error: ParleyError };

const wait: Answer = { type: "wait" };

export class Door {
  private readonly mayEnter: (member: Pick<KeptMember, "terminal" | "party">) => boolean;
  private readonly packages = new Map<string, Bytes>();
  private readonly knocks = new Map<IdText, number>();
  private readonly addedAt = new Map<IdText, Ms>();
  private readonly informedAt = new Map<IdText, Ms>();

  constructor(mayEnter: (member: Pick<KeptMember, "terminal" | "party">) => boolean) {
    this.mayEnter = mayEnter;
  }

  consider(group: Group, ordering: Ordering, from: IdText, keyPackage: Bytes, now: Ms): Answer {
    const read = readMessage(keyPackage, ["mls_key_package"]);
    if (!read.ok) return { type: "refuse", error: read.error };
    const { leafNode } = read.value.keyPackage;
    if (ordering.roll.has(from)) {
      // The Welcome for this very key package may still be on its way.
      const isKnown = leavesOf(group.state.ratchetTree)
        .values()
        .some((leaf) => equal(leaf.hpkePublicKey, leafNode.hpkePublicKey));
      const added = this.addedAt.get(from);
      return isKnown && added !== undefined && now - added < takeover ? wait : { type: "inform" };
    }
    const credential = readLeafCredential(leafNode.credential);
    if (!credential.ok) return { type: "refuse", error: credential.error };
    const { terminal, party } = credential.value;
    if (idText(terminal) !== from || !this.mayEnter({ terminal: from, party: idText(party) }))
      return { type: "refuse", error: problem("MLS_CREDENTIAL_REFUSED", "not expected in this call") };
    const knocks = this.knocks.get(from) ?? 0;
    this.knocks.set(from, knocks + 1);
    const { roll, epoch, me, lapsed, wants } = ordering;
    const isWanted = wants.some((want) => want.type === "add" && want.member === from);
    if (isWanted || knocks < turn(roll, epoch, me, lapsed)) return wait;
    const ref = hex(keyPackage.slice(-32)); // the end of its signature
    this.packages.set(ref, keyPackage);
    return { type: "add", ref };
  }

  packageOf(ref: string): Bytes | null {
    return this.packages.get(ref) ?? null;
  }

  added(terminal: IdText, now: Ms): void {
    this.knocks.delete(terminal);
    this.addedAt.set(terminal, now);
  }

  /** Whether `terminal` may be sent a group info now: once a second at most, since it costs a signature and a key pair. */
  mayInform(terminal: IdText, now: Ms): boolean {
    const before = this.informedAt.get(terminal);
    if (before !== undefined && now - before < takeover) return false;
    this.informedAt.set(terminal, now);
    return true;
  }
}
