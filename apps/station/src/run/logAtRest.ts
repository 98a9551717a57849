// The ledger's keys while the station is at rest, for whoever has the root at hand: `parley log-key` certifies the first ones of
// a party that was made before ledgers were witnessed, `parley rekey` begins the log anew where it must not go on.
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import type { Clock } from "@parley/base/time";
import { ed25519Of, nodeSha256, nodeVerify } from "../keys/hybrid.ts";
import { verifiedBy } from "../peer/tlsIdentity.ts";
import type { Store } from "../store/port.ts";
import type { IdentityRun } from "./identityRun.ts";
import { fromDoc } from "./json.ts";
import { linkDoc } from "./linkDocs.ts";
import { linkKind } from "./linksRun.ts";
import { type LogRun, runLog } from "./logRun.ts";
import type { Writer } from "./writer.ts";

export async function logAtRest(
  store: Store,
  writer: Writer,
  identity: IdentityRun,
  sealingKey: Uint8Array<ArrayBuffer>,
  clock: Clock,
  random: Random,
): Promise<LogRun> {
  const records = certain(await store.docs(linkKind)).map(({ bytes }) => certain(fromDoc(linkDoc, bytes, "link")));
  return runLog({
    store,
    writer,
    clock,
    random,
    sha: nodeSha256,
    verify: nodeVerify,
    verifiedBy,
    ed25519Of,
    sealingKey,
    card: () => identity.state().home?.pin.card ?? null,
    pinOf: identity.pinOf,
    links: {
      all: () => records,
      of: (link) => records.find((it) => it.link === link) ?? null,
      reachable: () => ({ up: false, since: clock.now() }),
      put: () => undefined,
    },
    onChange: () => undefined,
    report: () => undefined,
  });
}

/** Whether the log must begin anew: there is none, its keys cannot be read, the data went back, or a witness stopped it. */
export const mustBeginAnew = (log: LogRun, restored: boolean): boolean =>
  restored || log.health() !== "good" || log.standings().some(({ stopped }) => stopped?.whose === "ours");
