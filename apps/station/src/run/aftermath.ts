// What follows from calls, in the transactions in which they happen: their place in the ledger, their record, and the next secret of
// their link. One place to join them to the duty of calls, to the far station's words and to the station keys that sign. Of a
// drill only the secret follows: its record is the duty of drills'.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { Clock, Ms } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import type { CallPayload } from "@parley/protocol/peer/call";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import { keyIdOf } from "@parley/protocol/signed/root";
import { ed25519Half } from "@parley/protocol/signed/signature";
import type { Calls } from "../duty/calls/port.ts";
import type { VerifiedBy } from "../peer/net.ts";
import { appendFact } from "./callFacts.ts";
import type { Store, Transaction } from "../store/port.ts";
import type { CallsRunOptions } from "./callsRun.ts";
import { type ContinuityRun, runContinuity } from "./continuityRun.ts";
import type { IdentityRun } from "./identityRun.ts";
import type { KeyRing } from "./keyRing.ts";
import type { LinksRun } from "./linksRun.ts";
import { type Recorded, runRecord } from "./recordRun.ts";
import type { After } from "./writer.ts";

type Hooks = Pick<CallsRunOptions, "onFact" | "onSaid" | "onLines">;

export type Aftermath = {
  readonly hooks: Hooks;
  readonly drillHooks: Hooks;
  /** As the station signs what both sides hold, and checks the other's signature. */
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: IdText, by: EntrySignature, message: Bytes) => boolean;
  /** The far station's words about a call, before the duty of calls acts on them. */
  readonly heard: (tx: Transaction, after: After, link: IdText, payload: CallPayload, age: Ms) => void;
  /** The far station's words about the link's next secret. */
  readonly heardKeys: ContinuityRun["heard"];
  readonly exported: ContinuityRun["exported"];
  /** How far the record of a call has come. */
  readonly recordOf: (call: IdText) => Recorded | null;
};

export type AftermathOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyRing;
  readonly verifiedBy: VerifiedBy;
  readonly identity: IdentityRun;
  readonly links: LinksRun;
  /** The lines of people's calls and those of drills: a link's secret serves both. */
  readonly lines: () => readonly Calls[];
  readonly tell: (call: IdText, recorded: Recorded) => void;
  readonly report: (error: ParleyError) => void;
};

export async function runAftermath(options: AftermathOptions): Promise<Aftermath> {
  const { store, clock, random, keys, identity, links, report } = options;
  const home = () => {
    const it = identity.state().home;
    if (it === null) throw new Error("a call of a station that is not set up");
    return it.pin.card;
  };
  const us = (): PartyId => home().party;
  const sign = (message: Bytes): EntrySignature => {
    const signer = keys.signer();
    return { key: keyIdOf(signer.publicKey), signature: signer.signEd25519(message) };
  };
  const verify = (party: IdText, by: EntrySignature, message: Bytes): boolean => {
    const key = identity.stationKey(party, idText(by.key));
    return key !== null && options.verifiedBy(ed25519Half(key))(message, by.signature);
  };
  const place = (party: IdText) => {
    const card = idText(us()) === party ? home() : identity.pinOf(party)?.card;
    return { party, name: card?.name ?? party, timeZone: card?.timeZone ?? "UTC" };
  };
  const record = await runRecord({ store, clock, us, links, place, sign, verify, tell: options.tell, report });
  const continuity = await runContinuity({
    store,
    clock,
    random,
    sealingKey: keys.sealingKey,
    us,
    links,
    sign,
    verify,
    report,
  });
  return {
    sign,
    verify,
    drillHooks: {
      onFact: (tx, after, event) => continuity.fact(tx, after, event),
      onSaid: () => undefined,
      onLines: (tx, after) => continuity.lines(tx, after, options.lines()),
    },
    hooks: {
      onFact: (tx, after, event) => {
        const index = appendFact(tx, event, clock.now());
        if (event.type === "finished") links.wasUsed(tx, event.link, event.answered);
        record.fact(tx, after, event, index);
        continuity.fact(tx, after, event);
      },
      onSaid: record.said,
      onLines: (tx: Transaction, after: After, calls: Calls) => {
        record.lines(tx, after, calls);
        continuity.lines(tx, after, options.lines());
      },
    },
    heard: record.heard,
    heardKeys: continuity.heard,
    exported: continuity.exported,
    recordOf: record.of,
  };
}
