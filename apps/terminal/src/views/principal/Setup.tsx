// How a browser becomes a desk: a one-time code, the officer's approval while both screens show the same letters, and the
// choice of camera, microphone and loudspeaker with their own proof. After that no menu is ever needed again.
import { useState } from "react";
import { Form } from "react-aria-components/Form";
import { between } from "@parley/base/time";
import type { DeskAction } from "../../model/actions.ts";
import { type DeskScreen, deviceKinds } from "../../model/desk.ts";
import { Button } from "../../ui/Button.tsx";
import { Code } from "../../ui/CodeWords.tsx";
import { FaceTile } from "../../ui/FaceTile.tsx";
import { Field } from "../../ui/Field.tsx";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Words } from "../../ui/Words.tsx";
import { name, say } from "../../words/say.ts";
import { DeviceChoices } from "../call/Devices.tsx";

type Act = (action: DeskAction) => void;
type Of<At extends DeskScreen["at"]> = Extract<DeskScreen, { at: At }>;

/** Longest code that is taken from a person, characters: twelve letters and their spaces are eighteen; the rest is room. */
const maxCode = 40;

export function NotEnrolled({ screen, act }: { screen: Of<"notEnrolled">; act: Act }) {
  const [code, setCode] = useState("");
  const { entry } = screen;
  const wrong = entry === "asking" || entry === "sending" ? null : say(`enrol.${entry}`);
  return (
    <div className="desk-heart">
      <h1 className="desk-title">
        <Words say={say("enrol.title")} />
      </h1>
      <p className="desk-why">
        <Words say={say("enrol.why")} />
      </p>
      <Form
        className="desk-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() !== "") act({ type: "enterCode", code });
        }}
      >
        <Field
          name="code"
          label={say("enrol.code")}
          hint={say("enrol.hint")}
          kind="code"
          max={maxCode}
          wrong={wrong}
          value={code}
          onChange={setCode}
          rest
        />
        <Button
          label={say(entry === "sending" ? "enrol.sending" : "enrol.send")}
          kind="primary"
          size="desk"
          tone="neutral"
          disabled={entry === "sending"}
        />
      </Form>
    </div>
  );
}

export function Enrolling({ screen, act }: { screen: Of<"enrolling">; act: Act }) {
  return (
    <div className="desk-heart">
      <h1 className="desk-title">
        <Words say={say("enrolling.title", { terminal: name(screen.terminal) })} />
      </h1>
      <Code text={screen.compare} />
      <p className="desk-why">
        <Words say={say("enrolling.why", { lasted: { lasted: between(screen.since, screen.now) } })} />
      </p>
      <Button label={say("enrolling.startOver")} size="desk" onPress={() => act({ type: "startOver" })} />
    </div>
  );
}

export function Setup({ screen, pictures, act }: { screen: Of<"setup">; pictures: Pictures; act: Act }) {
  const { devices } = screen;
  const wrong = deviceKinds.some((kind) => devices[kind].trouble !== null);
  return (
    <div className="desk-heart">
      <h1 className="desk-title">
        <Words say={say("setup.title", { terminal: name(screen.terminal) })} />
      </h1>
      <div className="setup">
        <FaceTile whose="ours" stream={pictures.self} picture={screen.self} them={screen.us} />
        <div className="setup-choices">
          <DeviceChoices devices={devices} act={act} />
        </div>
      </div>
      <Button
        label={say(wrong ? "setup.goOn" : "setup.done")}
        mark="setUpDone"
        kind="primary"
        size="desk"
        tone="neutral"
        rest
        onPress={() => act({ type: "setupDone" })}
      />
    </div>
  );
}
