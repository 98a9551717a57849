// Everything on the line that has a date, earliest first, and how each stands ([VW75]).
import type { ConsoleOn } from "../../model/console.ts";
import type { Shape, Tone } from "../../model/line.ts";
import { type DatedThing, datedThing, daysLeft } from "../../model/readiness.ts";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Table } from "../../ui/Table.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Words } from "../../ui/Words.tsx";
import { moment, say } from "../../words/say.ts";

const looks: Readonly<Record<DatedThing["stands"], { readonly shape: Shape; readonly tone: Tone }>> = {
  renews: { shape: "circle", tone: "quiet" },
  good: { shape: "disc", tone: "ready" },
  soon: { shape: "triangle", tone: "warn" },
  overdue: { shape: "triangle", tone: "warn" },
  ended: { shape: "square", tone: "fault" },
};

export function HorizonTable({ screen }: { readonly screen: ConsoleOn }) {
  const { dated } = screen.readiness;
  return (
    <Panel id="horizon" title={say("dated.title")}>
      {dated.length === 0 ? (
        <p className="ready-quiet">
          <Words say={say("dated.none")} />
        </p>
      ) : (
        <Table
          caption={say("dated.title")}
          columns={[
            { key: "what", head: say("dated.what") },
            { key: "at", head: say("dated.at") },
            { key: "stands", head: say("dated.stands") },
          ]}
          rows={dated.map((it, i) => ({
            key: `${i} ${it.what} ${it.whose}`,
            cells: [
              <span key="what" className="dated-what">
                <Words say={datedThing(it)} />
              </span>,
              <span key="at" className="dated-at">
                <Words say={say("time.only", { at: moment(it.at, screen.us.place, "date") })} />{" "}
                <small>
                  <Words say={daysLeft(it.at, screen.now)} />
                </small>
              </span>,
              <span key="stands" className="step">
                <ShapeMark {...looks[it.stands]} />
                <Words say={say(`stands.${it.stands}`)} />
              </span>,
            ],
          }))}
        />
      )}
    </Panel>
  );
}
