// One group of transactions as one PostgreSQL transaction on the connection that holds the party's advisory lock. The head row
// is locked first and must name this writer and the index it expects, so that a writer that was replaced can write nothing
// ([ST6]); numbers come from that row alone, never from a sequence whose order differs from the order of commits.
import type { Client } from "pg";
import { type Change, inboxMemory } from "../engine.ts";
import { type Net, netOf } from "./net.ts";

/** The head row was not as this writer left it: another has taken over. */
export class Replaced extends Error {}

const flat = <T, U>(map: ReadonlyMap<string, readonly T[]>, column: (link: string, item: T) => U): U[] =>
  [...map].flatMap(([link, items]) => items.map((item) => column(link, item)));

async function writeLinks(client: Client, net: Net): Promise<void> {
  if (net.forgotten.size > 0) {
    const gone = [[...net.forgotten]];
    await client.query("delete from outbox where link = any($1)", gone);
    await client.query("delete from inbox where link = any($1)", gone);
    await client.query("delete from link where link = any($1)", gone);
  }
  const moved = [...new Set([...net.sent.keys(), ...net.taken.keys(), ...net.acknowledged.keys()])];
  if (moved.length === 0) return;
  const last = (items: readonly { readonly sequence: number }[] | undefined): number | null =>
    items?.at(-1)?.sequence ?? null;
  await client.query(
    `insert into link as l (link, sent, acknowledged, taken)
     select link, coalesce(sent, 0), coalesce(acknowledged, 0), coalesce(taken, 0)
       from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as n (link, sent, acknowledged, taken)
     on conflict (link) do update set sent = greatest(l.sent, excluded.sent),
       acknowledged = greatest(l.acknowledged, excluded.acknowledged), taken = greatest(l.taken, excluded.taken)`,
    [
      moved,
      moved.map((link) => last(net.sent.get(link))),
      moved.map((link) => net.acknowledged.get(link) ?? null),
      moved.map((link) => last(net.taken.get(link))),
    ],
  );
  if (net.sent.size > 0)
    await client.query(
      "insert into outbox (link, sequence, bytes) select * from unnest($1::text[], $2::bigint[], $3::bytea[])",
      [flat(net.sent, (link) => link), flat(net.sent, (_, e) => e.sequence), flat(net.sent, (_, e) => e.bytes)],
    );
  if (net.acknowledged.size > 0)
    await client.query(
      "delete from outbox o using unnest($1::text[], $2::bigint[]) as a (link, upto) where o.link = a.link and o.sequence <= a.upto",
      [[...net.acknowledged.keys()], [...net.acknowledged.values()]],
    );
  if (net.taken.size > 0) {
    await client.query(
      "insert into inbox (link, sequence, envelope) select * from unnest($1::text[], $2::bigint[], $3::text[])",
      [flat(net.taken, (link) => link), flat(net.taken, (_, e) => e.sequence), flat(net.taken, (_, e) => e.envelope)],
    );
    await client.query(
      "delete from inbox i using unnest($1::text[], $2::bigint[]) as t (link, upto) where i.link = t.link and i.sequence <= t.upto",
      [[...net.taken.keys()], [...net.taken.values()].map((items) => (last(items) ?? 0) - inboxMemory)],
    );
  }
}

async function writeDocs(client: Client, net: Net): Promise<void> {
  const all = [...net.docs.values()];
  const set = all.filter((doc) => doc.bytes !== null);
  const gone = all.filter((doc) => doc.bytes === null);
  if (set.length > 0)
    await client.query(
      `insert into doc (kind, name, bytes) select * from unnest($1::text[], $2::text[], $3::bytea[])
       on conflict (kind, name) do update set bytes = excluded.bytes`,
      [set.map((doc) => doc.kind), set.map((doc) => doc.key), set.map((doc) => doc.bytes)],
    );
  if (gone.length > 0)
    await client.query(
      "delete from doc d using unnest($1::text[], $2::text[]) as g (kind, name) where d.kind = g.kind and d.name = g.name",
      [gone.map((doc) => doc.kind), gone.map((doc) => doc.key)],
    );
}

/** Writes and commits the group; `writer` and `nextIndex` are what the head row must say. Throws with nothing rolled back. */
export async function commitGroup(
  client: Client,
  group: readonly (readonly Change[])[],
  writer: number,
  nextIndex: number,
): Promise<void> {
  const net = netOf(group);
  await client.query("begin");
  const head = await client.query(
    `update head set next_event = $1, origin = case when $2 then 'original' else origin end
      where id = 1 and next_event = $3 and writer = $4`,
    [nextIndex + net.events.length, net.renewed, nextIndex, writer],
  );
  if (head.rowCount !== 1) throw new Replaced(`the head row is no longer at ${nextIndex} of writer ${writer}`);
  if (net.events.length > 0)
    await client.query(
      "insert into event (idx, kind, bytes) select * from unnest($1::bigint[], $2::text[], $3::bytea[])",
      [net.events.map((e) => e.index), net.events.map((e) => e.kind), net.events.map((e) => e.bytes)],
    );
  await writeLinks(client, net);
  await writeDocs(client, net);
  await client.query("commit");
}
