// Two parties become a line: an offer made here or brought here, and four words that two people read to each other over
// another channel. Only when both have said that they match is there a line; every failure says what it means and does.
import { useState } from "react";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { between } from "@parley/base/time";
import type { ConsoleAction } from "../../model/actions.ts";
import type { ConsoleOn, Pairing } from "../../model/console.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { CodeWords } from "../../ui/CodeWords.tsx";
import { Field } from "../../ui/Field.tsx";
import { Qr } from "../../ui/Qr.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Words, useWords } from "../../ui/Words.tsx";
import { moment, name, say } from "../../words/say.ts";
import { RoomTitle } from "../../ui/RoomTitle.tsx";

type Act = (action: ConsoleAction) => void;
type Of<At extends Pairing["at"]> = Extract<Pairing, { at: At }>;

/** Longest offer that is taken as text, characters: an offer with its card and both root keys is under 12,000. */
const maxOffer = 16_384;

export function PairingRoom({ screen, act }: { screen: ConsoleOn; act: Act }) {
  return (
    <>
      <RoomTitle section="pairing" sub={say("pairing.why")} />
      <Step pairing={screen.pairing} screen={screen} act={act} />
    </>
  );
}

function Step({ pairing, screen, act }: { pairing: Pairing; screen: ConsoleOn; act: Act }) {
  switch (pairing.at) {
    case "none":
      return <Begin pairing={pairing} act={act} />;
    case "offered":
      return <Offered pairing={pairing} screen={screen} act={act} />;
    case "exchanging":
      return (
        <Card title={say("pairing.exchanging")}>
          <p className="card-line">
            <Words
              say={say("pairing.exchangingWhy", {
                address: name(pairing.address),
                lasted: { lasted: between(pairing.since, screen.now) },
              })}
            />
          </p>
        </Card>
      );
    case "words":
      return <FourWords pairing={pairing} screen={screen} act={act} />;
    case "active":
      return (
        <Card title={say("pairing.active", { them: name(pairing.them.name) })} tone="ready">
          <p className="card-line">
            <Words
              say={say("pairing.activeWhy", {
                them: name(pairing.them.name),
                since: moment(pairing.since, screen.us.place),
              })}
            />
          </p>
          <Button label={say("pairing.toLines")} kind="primary" onPress={() => act({ type: "pairingSeen" })} />
        </Card>
      );
    case "unconfirmed":
      return (
        <Card title={say("pairing.unconfirmed", { them: name(pairing.them.name) })} tone="warn">
          <p className="card-line">
            <Words say={say("pairing.unconfirmedWhy", { them: name(pairing.them.name) })} />
          </p>
          <Button label={say("pairing.toLines")} onPress={() => act({ type: "pairingSeen" })} />
        </Card>
      );
    case "failed":
      return (
        <Card title={say(`pairingFailed.${pairing.why}`, { them: name(pairing.them ?? "") })} tone="fault">
          <p className="card-line">
            <Words say={say(`pairingFailed.${pairing.why}.next`, { them: name(pairing.them ?? "") })} />
          </p>
          <Button label={say("pairing.again")} onPress={() => act({ type: "pairingSeen" })} />
        </Card>
      );
  }
  pairing satisfies never;
}

function Begin({ pairing, act }: { pairing: Of<"none">; act: Act }) {
  const [text, setText] = useState("");
  const wrong = pairing.importing === "badOffer" ? say("pairing.badOffer") : null;
  return (
    <div className="cards">
      <Card title={say("pairing.make")}>
        <p className="card-line">
          <Words say={say("pairing.makeWhy")} />
        </p>
        <Button label={say("pairing.makeAct")} onPress={() => act({ type: "makeOffer" })} />
      </Card>
      <Card title={say("pairing.import")}>
        <div className="form">
          <Field
            name="offer"
            label={say("pairing.paste")}
            kind="long"
            max={maxOffer}
            value={text}
            onChange={setText}
            wrong={wrong}
          />
          <div className="row-acts">
            <Button
              label={say(pairing.importing === "reading" ? "pairing.reading" : "pairing.importAct")}
              disabled={text.trim() === "" || pairing.importing === "reading"}
              onPress={() => act({ type: "importOffer", text: text.trim() })}
            />
            <FileTrigger
              acceptedFileTypes={[".parley"]}
              onSelect={(files) => {
                const file = files?.item(0);
                if (file !== null && file !== undefined) act({ type: "importFile", file });
              }}
            >
              <Button label={say("pairing.file")} kind="quiet" onPress={() => undefined} />
            </FileTrigger>
          </div>
        </div>
      </Card>
    </div>
  );
}

function Offered({ pairing, screen, act }: { pairing: Of<"offered">; screen: ConsoleOn; act: Act }) {
  const words = useWords();
  return (
    <Card title={say("offer.title")}>
      <div className="with-qr">
        <Qr text={pairing.link} label={words(say("offer.qr"))} />
        <div>
          <p className="card-line">
            <Words say={say("offer.why")} />
          </p>
          <textarea
            className="offer-link"
            readOnly
            rows={4}
            dir="ltr"
            aria-label={words(say("offer.link"))}
            value={pairing.link}
          />
          <p className="card-line">
            <Words say={say("offer.expires", { expires: moment(pairing.expires, screen.us.place) })} />
          </p>
          <div className="row-acts">
            <Button
              label={say("offer.save", { file: name(pairing.fileName) })}
              onPress={() => act({ type: "saveOffer" })}
            />
            <Button label={say("offer.withdraw")} kind="quiet" onPress={() => act({ type: "withdrawOffer" })} />
          </div>
        </div>
      </div>
    </Card>
  );
}

function FourWords({ pairing, screen, act }: { pairing: Of<"words">; screen: ConsoleOn; act: Act }) {
  const words = useWords();
  const them = name(pairing.them.name);
  return (
    <Card title={say("words.title", { them })} tone="seal">
      <p className="card-line">
        <Words say={say("words.why", { them })} />
      </p>
      <CodeWords words={pairing.words} label={words(say("words.name"))} />
      <ul className="list">
        {(["ours", "theirs"] as const).map((side) => (
          <li key={side} className="fact">
            <ShapeMark
              shape={pairing[side] === "match" ? "disc" : "hollow"}
              tone={pairing[side] === "match" ? "ready" : "quiet"}
            />
            <Words say={say(`words.${side}.${pairing[side]}`, { them })} />
          </li>
        ))}
      </ul>
      {pairing.ours === "waiting" && (
        <div className="row-acts words-acts">
          <Button
            label={say("words.match")}
            kind="primary"
            tone="neutral"
            size="desk"
            onPress={() => act({ type: "words", answer: "match" })}
          />
          <span className="apart">
            <Button
              label={say("words.differ")}
              kind="danger"
              size="desk"
              onPress={() => act({ type: "words", answer: "differ" })}
            />
          </span>
        </div>
      )}
      <p className="card-line">
        <Words
          say={
            pairing.until === null
              ? say("words.inUse")
              : say("words.until", { until: moment(pairing.until, screen.us.place, "timeThere") })
          }
        />
      </p>
    </Card>
  );
}
