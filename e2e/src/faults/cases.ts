// Every case of a run, in its order: what needs stations alone, and what needs desks.
import type { Case } from "./case.ts";
import { dates } from "./cases/dates.ts";
import { desks } from "./cases/desks.ts";
import { drills } from "./cases/drills.ts";
import { machine } from "./cases/machine.ts";
import { network } from "./cases/network.ts";
import { trust } from "./cases/trust.ts";
import type { Cases } from "./run.ts";

export const cases: Cases = { stations: [...machine, ...dates, ...network, ...trust, ...drills], desks };

export const everyCase: readonly Pick<Case, "mode" | "how">[] = [...cases.stations, ...cases.desks];
