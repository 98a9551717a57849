// The usual set-up of whole calls: a desk of each of two paired parties, on this machine or with each desk and both stations in
// network namespaces of their own. What was opened is closed again, also where opening the rest failed.
import type { PartyPlan } from "../../../scripts/demoParties.ts";
import { type Network, inNamespace } from "./net.ts";
import { type DeskAt, type DeskOptions, type Parties, openDesk, startParties } from "./parties.ts";

export type TwoDesks = {
  readonly parties: Parties;
  /** Party a's desk, with camera and microphone 1, and party b's, with 2. */
  readonly caller: DeskAt;
  readonly callee: DeskAt;
  readonly close: () => Promise<void>;
};

export type TwoDesksOptions = {
  /** Of both parties. */
  readonly settings?: PartyPlan["settings"];
  /** Null: everything on this machine's loopback. */
  readonly network?: Network | null;
  /** Pictures a second of both cameras; 30 unless given. */
  readonly pace?: number;
  /** Of both desks. */
  readonly desk?: Partial<DeskOptions>;
};

/** Where both stations run in that network: what startParties takes. */
export const serversOf = (network: Network): NonNullable<PartyPlan["at"]> => ({
  address: network.address("servers"),
  command: (command, args) => inNamespace(network.namespace("servers"), command, args),
});

export async function openTwoDesks({
  settings = {},
  network = null,
  pace,
  desk,
}: TwoDesksOptions = {}): Promise<TwoDesks> {
  const parties = await startParties(settings, network === null ? undefined : serversOf(network), pace);
  const opened: DeskAt[] = [];
  const close = async (): Promise<void> => {
    for (const { browser } of opened) await browser.close();
    await parties.close();
  };
  const open = async (of: "a" | "b", party: number, place: "caller" | "callee"): Promise<DeskAt> => {
    const there =
      network === null
        ? {}
        : {
            namespace: network.namespace(place),
            names: Object.fromEntries(
              [parties.a, parties.b].map(({ plan }) => [plan.host, network.address("servers")]),
            ),
          };
    const at = await openDesk(parties[of], party, parties, { ...there, ...desk });
    opened.push(at);
    return at;
  };
  try {
    return { parties, caller: await open("a", 1, "caller"), callee: await open("b", 2, "callee"), close };
  } catch (error) {
    await close();
    throw error;
  }
}
