// A station's storage as a process of its own that can be killed: appends for ever, several transactions under way at once, and
// prints each number once it was told that it is durable. Arguments: the data directory, and `once` to stop after opening.
import { once } from "node:events";
import { utf8 } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { envelopeOf, linkOf } from "./ids.ts";
import { openSqlite } from "../sqlite.ts";

const [dataDir = "", often = "for ever"] = process.argv.slice(2);
const store = certain(await openSqlite(dataDir));

/** The nth transaction: an event, an envelope on one of three links with the event's number, one taken, and the last number. */
async function append(): Promise<void> {
  for (;;) {
    const index = certain(
      await store.transaction((tx) => {
        const at = tx.append("n", (i) => utf8(`event ${i} ${"x".repeat(i % 500)}`));
        tx.send(linkOf(at % 3), utf8(String(at)));
        tx.take(linkOf(9), at + 1, envelopeOf(at + 1));
        if (at % 20 < 3 && at > 60) tx.acknowledge(linkOf(at % 3), Math.floor((at - 60) / 3));
        tx.put("last", "event", utf8(String(at)));
        return at;
      }),
    );
    if (!process.stdout.write(`${index}\n`)) await once(process.stdout, "drain");
  }
}
if (often !== "once") await Promise.all(Array.from({ length: 5 }, append));
await store.close();
