// The sentence that stands on a screen while the browser keeps its page silent: a ring would not be heard. A press or a key
// anywhere frees it, so it needs no button.
import { say } from "../words/say.ts";
import { ShapeMark } from "./StateMark.tsx";
import { Words } from "./Words.tsx";

export function Silenced({ sound }: { sound: "free" | "blocked" }) {
  if (sound === "free") return null;
  return (
    <output className="silenced">
      <ShapeMark shape="triangle" tone="warn" />
      <span>
        <Words say={say("trouble.soundBlocked")} /> <Words say={say("cure.soundBlocked")} />
      </span>
    </output>
  );
}
