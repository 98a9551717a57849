// SQLite data for tests: some events, envelopes and documents, closed again.
import { utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { openSqlite } from "../sqlite.ts";
import { linkOf } from "./ids.ts";

/** Makes data with `count` events, envelopes and documents in `dir`. */
export async function fill(dir: string, count: number): Promise<string> {
  const store = certain(await openSqlite(dir));
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++)
    all.push(
      store.transaction((tx) => {
        tx.append("n", new Uint8Array(1000).fill(i));
        tx.send(linkOf(1), utf8(`envelope ${i}`));
        tx.put("k", String(i), new Uint8Array(500));
      }),
    );
  await Promise.all(all);
  await store.close();
  return dir;
}
