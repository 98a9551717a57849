// The sentence that stands on a screen after a press that the station refused: what is so, and what to do about it.
import { type Refusal, refusalWords } from "../model/refusal.ts";
import { ShapeMark } from "./StateMark.tsx";
import { Words } from "./Words.tsx";

export function Refused({ refusal }: { refusal: Refusal | null }) {
  if (refusal === null) return null;
  const { what, cure } = refusalWords(refusal);
  return (
    <output className="silenced" data-refused={refusal.code}>
      <ShapeMark shape="triangle" tone="warn" />
      <span>
        <Words say={what} /> <Words say={cure} />
      </span>
    </output>
  );
}
