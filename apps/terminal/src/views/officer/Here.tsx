// The question whether an officer is here, over every room of the console while it stands open, and the one press that answers it:
// with a passkey, for this very question. Asked in words and time, and never in the way of a call.
import type { ConsoleAction } from "../../model/actions.ts";
import type { ConsoleOn } from "../../model/console.ts";
import { Button } from "../../ui/Button.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Words } from "../../ui/Words.tsx";
import { moment, say } from "../../words/say.ts";

type Props = { readonly screen: ConsoleOn; readonly act: (action: ConsoleAction) => void };

export function HereAsked({ screen, act }: Props) {
  const { asked, passkey } = screen.here;
  if (asked === null) return null;
  const times = {
    asked: moment(asked.asked, screen.us.place, "time"),
    until: moment(asked.until, screen.us.place, "time"),
  };
  return (
    <div className="here" data-here={asked.at}>
      <output>
        <ShapeMark shape={asked.at === "open" ? "hollow" : "square"} tone={asked.at === "open" ? "quiet" : "fault"} />
        <span>
          <Words say={say(`here.${asked.at}`, times)} />{" "}
          {passkey.at === "failed" && <Words say={say(`passkey.${passkey.why}`)} />}
        </span>
      </output>
      <Button
        label={say(passkey.at === "asking" ? "passkey.asking" : "here.act")}
        mark="here"
        kind="primary"
        tone="neutral"
        size="small"
        disabled={passkey.at === "asking"}
        onPress={() => act({ type: "here", question: asked.question })}
      />
    </div>
  );
}
