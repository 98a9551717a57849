// One drill step by step: both sides beside each other, then the numbers of both. Its sessions are calls of their own, and are chosen
// above it ([VW72]).
import type { ConsoleAction } from "../../model/actions.ts";
import type { ConsoleOn } from "../../model/console.ts";
import type { ReactNode } from "react";
import { type StepCell, cameMark, drillSentence, numberRows, secondsSay, stepRows } from "../../model/oneDrill.ts";
import { type DrillTold, whenOf } from "../../model/readiness.ts";
import { ShapeMark, StateMark } from "../../ui/StateMark.tsx";
import { Table } from "../../ui/Table.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Words } from "../../ui/Words.tsx";
import { type Say, moment, name, say } from "../../words/say.ts";

type Props = { readonly screen: ConsoleOn; readonly act: (action: ConsoleAction) => void };

export function OneDrill({ screen, act }: Props) {
  const { drill, page } = screen.readiness;
  if (drill.at === "none") return null;
  if (drill.at !== "here")
    return (
      <p className="ready-quiet">
        <Words say={say(drill.at === "loading" ? "drill.loading" : "drill.unread")} />
      </p>
    );
  const { told } = drill;
  const rows = page.at === "here" ? page.rows : [];
  const sessions = rows.find((row) => row.sessions.some(({ index }) => index === told.index))?.sessions ?? [];
  return (
    <Panel
      id="drill"
      title={say("drill.title", { at: moment(whenOf(told), screen.us.place, "moment") })}
      acts={<StateMark mark={cameMark(told.came)} />}
    >
      <p>
        <Words say={drillSentence(told)} />
      </p>
      {sessions.length > 1 && (
        <ul className="sessions" aria-labelledby="drill">
          {sessions.map(({ session, index, came }) => (
            <li key={session}>
              <button
                type="button"
                className="session"
                aria-pressed={index === told.index}
                onClick={() => act({ type: "drill", index })}
              >
                <ShapeMark shape={cameMark(came).shape} tone={cameMark(came).tone} />
                <Words say={say(`session.${session}`)} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {told.came === "missed" ? <Origin told={told} /> : <Sides told={told} />}
    </Panel>
  );
}

function Sides({ told }: { told: DrillTold }) {
  const noPart = { ours: say("drill.noPartOurs"), theirs: say("drill.noPart") };
  const numbers = numberRows(told);
  const columns = [
    { key: "ours", head: say("drill.ours") },
    { key: "theirs", head: say("drill.theirs") },
  ];
  const both = (row: { ours: ReactNode; theirs: ReactNode }, i: number) =>
    (["ours", "theirs"] as const).map((side) =>
      told[side] !== null ? row[side] : i === 0 ? <Quiet key={side} say={noPart[side]} /> : "",
    );
  return (
    <div className="drill-sides">
      <div className="drill-side">
        <Table
          caption={say("drill.steps")}
          columns={[{ key: "step", head: say("drill.steps") }, ...columns]}
          rows={stepRows(told).map(({ step, ours, theirs }, i) => ({
            key: step,
            cells: [
              <Words key="step" say={say(`step.${step}`)} />,
              ...both(
                {
                  ours: ours === null ? null : <Step key="ours" cell={ours} />,
                  theirs: theirs === null ? null : <Step key="theirs" cell={theirs} />,
                },
                i,
              ),
            ],
          }))}
        />
        {(["ours", "theirs"] as const).map((side) => {
          const part = told[side];
          return part === null || part.browser === "" ? null : (
            <small key={side} className="ready-quiet drill-place">
              <Words say={say(`drill.${side}`)} />
              {": "}
              <Words
                say={
                  part.terminal === null
                    ? say("name.only", { name: name(part.browser) })
                    : say("drill.place", { terminal: name(part.terminal), browser: name(part.browser) })
                }
              />
            </small>
          );
        })}
        <Origin told={told} />
      </div>
      {numbers.length > 0 && (
        <Table
          caption={say("drill.numbers")}
          columns={[{ key: "what", head: say("drill.numbers") }, ...columns]}
          rows={numbers.map(({ what, ours, theirs }, i) => ({
            key: what,
            cells: [
              <Words key="what" say={say(`measured.${what}`)} />,
              ...both({ ours: <Number key="ours" say={ours} />, theirs: <Number key="theirs" say={theirs} /> }, i),
            ],
          }))}
        />
      )}
    </div>
  );
}

/** Who called, and where the record has it. */
const Origin = ({ told }: { told: DrillTold }) => (
  <small className="ready-quiet">
    {told.came !== "missed" && (
      <>
        <Words say={say("drill.called", { role: told.role })} />{" "}
      </>
    )}
    <Words say={say("drill.entry", { n: told.index })} />
  </small>
);

const looks = {
  passed: { shape: "disc", tone: "ready" },
  weak: { shape: "triangle", tone: "warn" },
  failed: { shape: "square", tone: "fault" },
  notCome: { shape: "hollow", tone: "quiet" },
} as const;

function Step({ cell }: { cell: StepCell }) {
  if (cell.at === "notTheirs") return <Quiet say={say("step.notTheirs")} />;
  const { shape, tone } = looks[cell.at];
  return (
    <span className="step" data-at={cell.at}>
      <ShapeMark shape={shape} tone={tone} />
      <span>
        <Words
          say={
            cell.at === "weak" || cell.at === "failed"
              ? say(`step.${cell.at}`, { cause: cell.cause })
              : say(`step.${cell.at}`)
          }
        />
      </span>
      {cell.at !== "notCome" && (
        <span className="step-took">
          <Words say={secondsSay(cell.took)} />
        </span>
      )}
    </span>
  );
}

const Number = ({ say: it }: { say: Say | null }) =>
  it === null ? (
    <Quiet say={say("number.none")} />
  ) : (
    <bdi className="tnum">
      <Words say={it} />
    </bdi>
  );

const Quiet = ({ say: it }: { say: Say }) => (
  <span className="ready-quiet">
    <Words say={it} />
  </span>
);
