// Before the console: the very first officer, who proves with the code that `parley init` printed that the machine is theirs;
// every later sign-in, by passkey alone; and the console out of order.
import { type ReactNode, useState } from "react";
import { Form } from "react-aria-components/Form";
import { type Instant, between } from "@parley/base/time";
import type { ConsoleAction } from "../../model/actions.ts";
import type { ConsoleScreen, Passkey } from "../../model/console.ts";
import { Button } from "../../ui/Button.tsx";
import { Clock } from "../../ui/Clock.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Field } from "../../ui/Field.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import { useRest } from "../../ui/useRest.ts";
import { Words } from "../../ui/Words.tsx";
import { name, say } from "../../words/say.ts";

type Act = (action: ConsoleAction) => void;
type Of<At extends ConsoleScreen["at"]> = Extract<ConsoleScreen, { at: At }>;

function Door({ children }: { children: ReactNode }) {
  const root = useRest<HTMLElement>("door", "once");
  return (
    <main className="door" ref={root}>
      {children}
    </main>
  );
}

export function ConsoleStarting({ screen }: { screen: Of<"starting"> }) {
  return (
    <Door>
      <h1 className="door-title">
        <Words say={say("starting.title")} />
      </h1>
      <p className="door-why">
        <Words say={say("starting.why", { lasted: { lasted: between(screen.since, screen.now) } })} />
      </p>
    </Door>
  );
}

export function Bootstrap({ screen, act }: { screen: Of<"bootstrap">; act: Act }) {
  const [code, setCode] = useState("");
  const [officer, setOfficer] = useState("");
  const { passkey } = screen;
  const submit = () => {
    if ((screen.code === "given" || code.trim() !== "") && officer.trim() !== "")
      act({ type: "firstOfficer", code, name: officer });
  };
  return (
    <Door>
      <p className="door-party">
        <bdi>{screen.party}</bdi>
      </p>
      <h1 className="door-title">
        <Words say={say("bootstrap.title")} />
      </h1>
      <p className="door-why">
        <Words say={say("bootstrap.why")} />
      </p>
      <Form
        className="door-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {screen.code === "asked" && (
          <Field
            name="code"
            label={say("bootstrap.code")}
            hint={say("bootstrap.codeHint")}
            kind="code"
            max={40}
            value={code}
            onChange={setCode}
            rest
            wrong={passkey.at === "failed" && passkey.why === "wrongCode" ? say("passkey.wrongCode") : null}
          />
        )}
        <Field
          name="officer"
          label={say("bootstrap.name")}
          hint={say("bootstrap.nameHint")}
          max={60}
          value={officer}
          onChange={setOfficer}
          rest={screen.code === "given"}
        />
        <Button
          label={say(passkey.at === "asking" ? "passkey.asking" : "bootstrap.make")}
          kind="primary"
          tone="neutral"
          size="desk"
          disabled={passkey.at === "asking"}
        />
      </Form>
      <PasskeyTrouble passkey={passkey} />
    </Door>
  );
}

export function SignIn({ screen, act }: { screen: Of<"signIn">; act: Act }) {
  const { passkey, us } = screen;
  return (
    <Door>
      {us.crest !== null && <img className="crest" src={us.crest} alt="" />}
      <p className="door-party">
        <bdi>{us.name}</bdi>
      </p>
      <h1 className="door-title">
        <Words say={say("signIn.title")} />
      </h1>
      {screen.call !== null && <CallGoesOn call={screen.call} now={screen.now} act={act} />}
      <Button
        label={say(passkey.at === "asking" ? "passkey.asking" : "signIn.act")}
        kind="primary"
        tone="neutral"
        size="desk"
        rest
        disabled={passkey.at === "asking"}
        onPress={() => act({ type: "signIn" })}
      />
      <p className="door-why">
        <Words say={say("signIn.why", { party: name(us.name) })} />
      </p>
      <PasskeyTrouble passkey={passkey} />
      <Clock at={screen.now} place={us.place} />
    </Door>
  );
}

/** A call outlives a page that is loaded anew; whoever sits here reads that they are seen, and can end it ([CA26]). */
function CallGoesOn({ call, now, act }: { call: NonNullable<Of<"signIn">["call"]>; now: Instant; act: Act }) {
  return (
    <section className="alarm" data-tone="warn" data-call={call.id}>
      <StateMark mark={{ shape: "target", tone: "live", word: say("state.inCall") }} />
      <p>
        <Words say={say("signIn.inCall", { them: name(call.them), lasted: { lasted: between(call.began, now) } })} />
      </p>
      <HoldButton
        label={say("call.end")}
        mark="end"
        size="console"
        onHeld={() => act({ type: "end", call: call.id })}
      />
    </section>
  );
}

export function ConsoleFault({ screen, act }: { screen: Of<"fault">; act: Act }) {
  return (
    <Door>
      {screen.us !== null && (
        <p className="door-party">
          <bdi>{screen.us.name}</bdi>
        </p>
      )}
      <h1 className="door-title">
        <Words say={say(`fault.${screen.code}`)} />
      </h1>
      <p>
        <StateMark mark={{ shape: "square", tone: "fault", word: say("state.notReadyOurs") }} />{" "}
        <Elapsed since={screen.since} now={screen.now} />
      </p>
      <p className="door-why">
        <Words say={say(`fault.${screen.code}.console`)} />
      </p>
      <Button label={say("fault.tryAgain")} rest onPress={() => act({ type: "tryAgain" })} />
    </Door>
  );
}

/** What went wrong with a passkey, and what to do; a status, so that it is read out when it appears. */
export function PasskeyTrouble({ passkey }: { passkey: Passkey }) {
  return (
    <output className="trouble">
      {passkey.at === "failed" && passkey.why !== "wrongCode" && <Words say={say(`passkey.${passkey.why}`)} />}
    </output>
  );
}
