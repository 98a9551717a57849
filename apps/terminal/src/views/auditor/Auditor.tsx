// The auditor's page: pick one party's record, or both parties' copies, and read the verdict first, then a row for everything
// one must know, then the entries. Light is the record: entries are set in the serif of everything that stays.
import { FileTrigger } from "react-aria-components/FileTrigger";
import type { Instant } from "@parley/base/time";
import type { Audit } from "@parley/ledger/audit";
import {
  type AuditorAction,
  type AuditorScreen,
  countsSay,
  filtered,
  kindsOf,
  proofs,
  rowSay,
  verdictLook,
  verdictSay,
  writtenText,
} from "../../model/auditor.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Table } from "../../ui/Table.tsx";
import { Words } from "../../ui/Words.tsx";
import { type Say, name, say } from "../../words/say.ts";

type Act = (action: AuditorAction) => void;
type Shown = Extract<AuditorScreen, { at: "shown" }>;

/** Rows of one verdict that are listed; the command line's --json has all of a record with more. */
const mostRows = 50;

export function Auditor({ screen, act }: { readonly screen: AuditorScreen; readonly act: Act }) {
  return (
    <main className="audit">
      <h1>
        <Words say={say("audit.title")} />
      </h1>
      <p className="card-line">
        <Words say={say("audit.how")} />
      </p>
      <FileTrigger
        allowsMultiple
        onSelect={(files) => {
          if (files !== null) act({ type: "openFiles", files: [...files].slice(0, 2) });
        }}
      >
        <Button label={say("audit.pick")} kind="primary" tone="neutral" rest onPress={() => undefined} />
      </FileTrigger>
      <output className={screen.at === "reading" ? undefined : "unseen"}>
        {screen.at === "reading" && <Words say={say("audit.reading")} />}
        {screen.at === "unreadable" && <Words say={unreadable(screen.file)} />}
        {screen.at === "shown" &&
          screen.audits.map((audit) => <Words key={audit.party.party} say={verdictSay(audit)} />)}
      </output>
      <div className="audit-status">
        {screen.at === "unreadable" && (
          <p className="audit-verdict">
            <ShapeMark shape="cross" tone="fault" />
            <Words say={unreadable(screen.file)} />
          </p>
        )}
        {screen.at === "shown" && screen.audits.map((audit) => <Verdict key={audit.party.party} audit={audit} />)}
      </div>
      {screen.at === "shown" && <Entries screen={screen} act={act} />}
    </main>
  );
}

const unreadable = (file: string): Say => say("audit.unreadable", { file: name(file) });

function Verdict({ audit }: { readonly audit: Audit }) {
  const look = verdictLook(audit);
  const rows = audit.rows.slice(0, mostRows);
  return (
    <section className="card audit-card">
      <h2 className="audit-verdict">
        <ShapeMark shape={look.shape} tone={look.tone} />
        <Words say={verdictSay(audit)} />
      </h2>
      <p className="card-line">
        <Words say={countsSay(audit)} />
      </p>
      <p className="card-line">
        <Words say={say("audit.party", { party: name(audit.party.party) })} />
      </p>
      <ul className="audit-rows">
        {rows.map((row, n) => (
          <li key={`${row.type} ${n}`} data-row={row.type}>
            <Words say={rowSay(row)} />
          </li>
        ))}
      </ul>
      {audit.rows.length > rows.length && (
        <p className="card-line">
          <Words say={say("audit.moreRows", { n: audit.rows.length - rows.length })} />
        </p>
      )}
    </section>
  );
}

function Written({ at }: { readonly at: Instant | null }) {
  return at === null ? (
    <Words say={say("audit.unknownTime")} />
  ) : (
    <time className="digits" dateTime={new Date(at).toISOString()}>
      <bdi>{writtenText(at)}</bdi>
    </time>
  );
}

function Entries({ screen, act }: { readonly screen: Shown; readonly act: Act }) {
  const { filter, audits, differences, most } = screen;
  const items = filtered(screen);
  const any = { id: "any", label: say("audit.any") };
  const change = (more: Partial<typeof filter>): void => act({ type: "filter", filter: { ...filter, ...more } });
  return (
    <section className="card audit-card">
      <h2>
        <Words say={say("audit.entriesTitle", { n: items.length })} />
      </h2>
      {audits.length > 1 && (
        <p className="card-line">
          <Words say={say("audit.differences", { n: differences.length })} />
        </p>
      )}
      <div className="audit-filters">
        <Choice
          label={say("audit.filterKind")}
          empty={say("audit.any")}
          chosen={filter.kind ?? "any"}
          options={[
            any,
            ...kindsOf(screen).map((kind) => ({ id: kind, label: say("audit.kindName", { kind: name(kind) }) })),
          ]}
          onChoose={(id) => change({ kind: id === "any" ? null : id })}
        />
        <Choice
          label={say("audit.filterProof")}
          empty={say("audit.any")}
          chosen={filter.proof ?? "any"}
          options={[any, ...proofs.map((proof) => ({ id: proof, label: say(`audit.proof.${proof}`) }))]}
          onChoose={(id) => change({ proof: proofs.find((proof) => proof === id) ?? null })}
        />
        {audits.length > 1 && (
          <Choice
            label={say("audit.filterCopies")}
            empty={say("audit.any")}
            chosen={filter.copies}
            options={[
              { id: "all", label: say("audit.copiesAll") },
              { id: "apart", label: say("audit.copiesApart") },
            ]}
            onChoose={(id) => change({ copies: id === "apart" ? "apart" : "all" })}
          />
        )}
        <Button label={say("audit.csv")} onPress={() => act({ type: "saveCsv" })} mark="saveCsv" />
      </div>
      <Table
        caption={say("audit.entriesTitle", { n: items.length })}
        columns={[
          { key: "seq", head: say("ledger.entry") },
          { key: "what", head: say("ledger.what") },
          { key: "when", head: say("ledger.when") },
          { key: "by", head: say("audit.by") },
          { key: "proof", head: say("ledger.proof") },
        ]}
        rows={items.slice(0, most).map(({ item, only }, n) => ({
          key: `${item.index} ${n}`,
          cells: [
            <bdi key="s" className="digits">
              <Words say={say("ledger.number", { n: item.index })} />
            </bdi>,
            <div key="k">
              <bdi className="record">{item.kind}</bdi>
              {only !== null && (
                <small>
                  <Words say={say("audit.only", { party: name(only) })} />
                </small>
              )}
            </div>,
            <Written key="w" at={item.at} />,
            <bdi key="b">{item.parties.join(" + ")}</bdi>,
            <Words key="p" say={say(`audit.proof.${item.proof}`)} />,
          ],
        }))}
      />
      {items.length > most && (
        <Button label={say("audit.more", { n: items.length - most })} onPress={() => act({ type: "more" })} />
      )}
    </section>
  );
}
