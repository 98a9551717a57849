// What a group of transactions comes to in the end, so that PostgreSQL is told it in a few statements instead of one a change.
// Order inside a group matters only per row, and is settled here: forgetting first, then new rows, then what is acknowledged.
import type { Bytes } from "@parley/base/bytes";
import type { IdText } from "@parley/protocol/ids";
import type { Change } from "../engine.ts";

export type Net = {
  readonly events: { readonly index: number; readonly kind: string; readonly bytes: Bytes }[];
  /** Links whose earlier rows all go. */
  readonly forgotten: Set<IdText>;
  readonly sent: Map<IdText, { readonly sequence: number; readonly bytes: Bytes }[]>;
  readonly taken: Map<IdText, { readonly sequence: number; readonly envelope: IdText }[]>;
  readonly acknowledged: Map<IdText, number>;
  /** The last word on each document: its bytes, or null for removed. */
  readonly docs: Map<string, { readonly kind: string; readonly key: string; readonly bytes: Bytes | null }>;
  renewed: boolean;
};

function listAt<T>(map: Map<IdText, T[]>, link: IdText): T[] {
  const list = map.get(link) ?? [];
  map.set(link, list);
  return list;
}

export function netOf(group: readonly (readonly Change[])[]): Net {
  const net: Net = {
    events: [],
    forgotten: new Set(),
    sent: new Map(),
    taken: new Map(),
    acknowledged: new Map(),
    docs: new Map(),
    renewed: false,
  };
  for (const change of group.flat()) {
    switch (change.type) {
      case "event":
        net.events.push(change);
        break;
      case "sent":
        listAt(net.sent, change.link).push(change);
        break;
      case "took":
        listAt(net.taken, change.link).push(change);
        break;
      case "acknowledged":
        net.acknowledged.set(change.link, change.upTo);
        break;
      case "put":
        net.docs.set(`${change.kind}\0${change.key}`, change);
        break;
      case "removed":
        net.docs.set(`${change.kind}\0${change.key}`, { ...change, bytes: null });
        break;
      case "forgot":
        net.forgotten.add(change.link);
        for (const map of [net.sent, net.taken, net.acknowledged]) map.delete(change.link);
        break;
      case "renewed":
        net.renewed = true;
        break;
      default:
        change satisfies never;
    }
  }
  return net;
}
