// Where the call bench gets Parley's stations from; null while nobody gives any, and then only the rivals are measured and
// every figure says so.
import type { StartParley } from "./rivals/parley.ts";

export const startParley: StartParley | null = null;
