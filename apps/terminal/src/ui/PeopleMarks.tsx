// Machines and people of a line as two verdicts, each with its own mark and its own age: green machines never speak for people.
import type { Instant } from "@parley/base/time";
import { type Line, type Side, lineMark } from "../model/line.ts";
import { machineSentence, peopleMark, peopleSentence } from "../model/people.ts";
import type { Place } from "../words/place.ts";
import { say } from "../words/say.ts";
import { ShapeMark } from "./StateMark.tsx";
import { Words } from "./Words.tsx";

type Props = { readonly line: Line; readonly here: Place; readonly now: Instant };

const sides: readonly Side[] = ["theirs", "ours"];

export function PeopleMarks({ line, here, now }: Props) {
  const machine = lineMark(line.state);
  return (
    <dl className="proofs">
      <div data-proof="machine">
        <dt>
          <ShapeMark shape={machine.shape} tone={machine.tone} />
          <Words say={say("proofs.machine")} />
        </dt>
        <dd>
          <Words say={machineSentence(line.state, now)} />
        </dd>
      </div>
      {sides.map((whose) => {
        const state = line.people[whose];
        const mark = peopleMark(state, whose);
        return (
          <div key={whose} data-proof={whose} data-at={state.at}>
            <dt>
              <ShapeMark shape={mark.shape} tone={mark.tone} />
              <Words say={say(`proofs.${whose}`)} />
            </dt>
            <dd>
              <Words say={peopleSentence(state, whose, here, now)} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
