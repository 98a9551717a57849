// The ledger as a list: what happened, in UTC and in each party's own time with place and offset, and how far it is proven.
// Light is the record: these rows are set in the serif of everything that stays.
import type { ConsoleAction } from "../../model/actions.ts";
import { type ConsoleOn, type LedgerEntry, proofSentence } from "../../model/console.ts";
import { Button } from "../../ui/Button.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Table } from "../../ui/Table.tsx";
import { Words } from "../../ui/Words.tsx";
import { utc } from "../../words/place.ts";
import { moment, say } from "../../words/say.ts";
import { RoomTitle } from "../../ui/RoomTitle.tsx";

export function LedgerRoom({ screen, act }: { screen: ConsoleOn; act: (action: ConsoleAction) => void }) {
  const { entries, total, older } = screen.ledger;
  return (
    <>
      <RoomTitle section="ledger" sub={say("ledger.summary", { n: total })} />
      <Table
        caption={say("nav.ledger")}
        columns={[
          { key: "seq", head: say("ledger.entry") },
          { key: "what", head: say("ledger.what") },
          { key: "when", head: say("ledger.when") },
          { key: "proof", head: say("ledger.proof") },
        ]}
        rows={entries.map((entry) => ({
          key: String(entry.seq),
          cells: [
            <bdi key="s" className="digits">
              <Words say={say("ledger.number", { n: entry.seq })} />
            </bdi>,
            <p key="w" className="record">
              <Words say={entry.what} />
            </p>,
            <When key="t" entry={entry} screen={screen} />,
            <Proof key="p" entry={entry} />,
          ],
        }))}
      />
      {older !== "none" && (
        <Button
          label={say(older === "loading" ? "ledger.loading" : "ledger.older")}
          disabled={older === "loading"}
          onPress={() => act({ type: "olderEntries" })}
        />
      )}
    </>
  );
}

function When({ entry, screen }: { entry: LedgerEntry; screen: ConsoleOn }) {
  return (
    <>
      <time className="when" dateTime={new Date(entry.at).toISOString()}>
        <Words say={say("ledger.utc", { date: moment(entry.at, utc, "day") })} />
      </time>
      <small>
        <Words say={say("time.only", { at: moment(entry.at, screen.us.place, "timeThere") })} />
        {entry.them !== null && (
          <>
            {" · "}
            <Words say={say("time.only", { at: moment(entry.at, entry.them.place, "timeThere") })} />
          </>
        )}
      </small>
    </>
  );
}

function Proof({ entry }: { entry: LedgerEntry }) {
  const proven = entry.proof === "signedByBoth" || entry.proof === "witnessed";
  return (
    <span className="fact">
      <ShapeMark shape={proven ? "disc" : "hollow"} tone={proven ? "ready" : "quiet"} />
      <Words say={proofSentence(entry)} />
    </span>
  );
}

/** The newest entries beside every other section. */
export function Journal({ screen }: { screen: ConsoleOn }) {
  return (
    <section className="journal" aria-labelledby="journal">
      <h2 className="side-title" id="journal">
        <Words say={say("journal.title")} />
      </h2>
      <ol className="list">
        {screen.ledger.entries.slice(0, 4).map((entry) => (
          <li key={entry.seq}>
            <Words say={entry.what} />
            <small>
              <Words
                say={say("journal.entry", {
                  n: entry.seq,
                  at: moment(entry.at, utc, "seconds"),
                  proof: proofSentence(entry),
                })}
              />
            </small>
          </li>
        ))}
      </ol>
    </section>
  );
}
