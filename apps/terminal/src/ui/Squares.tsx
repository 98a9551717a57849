// A table of squares: weekdays down, weeks or hours across. Each square shows what part of its drills was not passed and the gravest of
// them, by shape as well as colour, and says the same in words for whoever reads the table with other means ([VW71]).
import { Fragment, type CSSProperties, type ReactNode } from "react";
import type { Square } from "../model/squares.ts";
import { type Say, say } from "../words/say.ts";
import { Words } from "./Words.tsx";

export type SquareColumn = {
  readonly key: string;
  readonly head: Say;
  /** Its head is read, not seen. */ readonly seen: boolean;
};

export function SquareTable(props: {
  readonly caption: Say;
  readonly columns: readonly SquareColumn[];
  readonly rows: readonly { readonly key: string; readonly head: Say; readonly squares: readonly Square[] }[];
}) {
  return (
    <table className="squares">
      <caption className="unseen">
        <Words say={props.caption} />
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="unseen">
              <Words say={say("squares.weekday")} />
            </span>
          </th>
          {props.columns.map(({ key, head, seen }) => (
            <th key={key} scope="col">
              <span className={seen ? "squares-head" : "unseen"}>
                <Words say={head} />
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map(({ key, head, squares }) => (
          <tr key={key}>
            <th scope="row">
              <Words say={head} />
            </th>
            {squares.map((square, i) => (
              <td key={props.columns[i]?.key}>
                <SquareMark square={square} />
                <span className="unseen">
                  <Words say={squareWords(square)} />
                </span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function squareWords(square: Square): Say {
  if (square.at !== "some") return say(`square.${square.at}`);
  const { of, gravest, counts } = square;
  return gravest === "passed" ? say("square.passed", { of }) : say("square.amiss", { of, ...counts });
}

/** The least part of a square that is still seen. */
const leastSeen = 0.28;

export function SquareMark({ square }: { square: Square }): ReactNode {
  if (square.at !== "some") return <span className="square" data-at={square.at} aria-hidden="true" />;
  const { gravest, amiss } = square;
  const share: CSSProperties = { flexBasis: `${Math.round(Math.max(leastSeen, amiss) * 100)}%` };
  return (
    <span className="square" data-at="some" aria-hidden="true">
      {gravest === "passed" ? (
        <span className="square-passed" />
      ) : (
        <Fragment>
          <span className="square-amiss" data-came={gravest} style={share} />
          {amiss < 1 && <span className="square-passed" />}
        </Fragment>
      )}
    </span>
  );
}
