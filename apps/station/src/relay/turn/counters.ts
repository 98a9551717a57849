// What the relay counts, as plain data: for metrics, drills and tests. Counts only rise, except `open`.
import type { DropReason } from "./client.ts";

type Flow = { packets: number; bytes: number };

export type TurnCounters = {
  /** Allocations: now, ever made, and how many were ended by eviction. */
  open: number;
  opened: number;
  evicted: number;
  /** Payload from clients to peers and from peers to clients; what goes from relay to relay inside counts in both. */
  up: Flow;
  down: Flow;
  /** Error answers by their STUN code. */
  refused: Record<number, number>;
  dropped: Partial<Record<DropReason, number>>;
};

export const newCounters = (): TurnCounters => ({
  open: 0,
  opened: 0,
  evicted: 0,
  up: { packets: 0, bytes: 0 },
  down: { packets: 0, bytes: 0 },
  refused: {},
  dropped: {},
});
