// Terminals and officers: who is enrolled, one-time codes that admit nobody by themselves, requests that an officer approves
// with a passkey while both screens show the same letters, and removal, which wants the name typed and a second officer.
import { useState } from "react";
import type { ConsoleAction, EnrolRole } from "../../model/actions.ts";
import {
  type ConsoleOn,
  type EnrolCode,
  type EnrolRequest,
  type TerminalRow,
  credentialSentence,
} from "../../model/console.ts";
import { testMark, testSentence } from "../../model/room.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { Code } from "../../ui/CodeWords.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { Qr } from "../../ui/Qr.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Table } from "../../ui/Table.tsx";
import { Words, useWords } from "../../ui/Words.tsx";
import { moment, name, say } from "../../words/say.ts";
import { RoomTitle } from "../../ui/RoomTitle.tsx";
import { PasskeyTrouble } from "./Door.tsx";

type Act = (action: ConsoleAction) => void;
type Props = { readonly screen: ConsoleOn; readonly act: Act };

const roles: readonly EnrolRole[] = ["desk", "console", "officer"];
const isRole = (text: string): text is EnrolRole => roles.some((role) => role === text);

export function TerminalsRoom({ screen, act }: Props) {
  return (
    <>
      <RoomTitle
        section="terminals"
        sub={say("terminals.summary", { n: screen.terminals.length, officers: screen.officers.length })}
      />
      {screen.requests.map((request) => (
        <Request key={request.id} request={request} screen={screen} act={act} />
      ))}
      {screen.codes.map((code) => (
        <OpenCode key={code.id} code={code} screen={screen} act={act} />
      ))}
      <Table
        caption={say("nav.terminals")}
        columns={[
          { key: "name", head: say("terminals.name") },
          { key: "presence", head: say("terminals.presence") },
          { key: "credential", head: say("terminals.credentialHead") },
          { key: "code", head: say("terminals.code") },
          { key: "act", head: say("lines.act"), unseen: true },
        ]}
        rows={screen.terminals.map((row) => ({
          key: row.id,
          cells: [
            <div key="n">
              <bdi className="line-name">{row.name}</bdi>
              <small>
                <Words say={say(`role.${row.role}`)} />
              </small>
            </div>,
            <Presence key="p" row={row} screen={screen} />,
            <small key="c">
              <Words say={credentialSentence(row, screen.us)} />
            </small>,
            <span key="v" className="fact">
              <ShapeMark
                shape={row.code === "current" ? "disc" : "triangle"}
                tone={row.code === "current" ? "ready" : "warn"}
              />
              <Words say={say(`terminals.code.${row.code}`)} />
            </span>,
            <div key="a" className="row-acts">
              {row.role === "desk" && (
                <Button
                  label={say("terminals.setUp")}
                  kind="quiet"
                  size="small"
                  onPress={() => act({ type: "openSetup", terminal: row.id })}
                />
              )}
              <Removal row={row} act={act} />
            </div>,
          ],
        }))}
      />
      <div className="cards">
        <NewCode act={act} />
        <Officers screen={screen} act={act} />
      </div>
    </>
  );
}

function Presence({ row, screen }: { row: TerminalRow; screen: ConsoleOn }) {
  const { presence } = row;
  if (presence.at === "inCall")
    return (
      <span className="fact">
        <ShapeMark shape="target" tone="live" />
        <Words say={say("terminals.inCall", { them: name(presence.with) })} />
      </span>
    );
  return (
    <>
      <span className="fact">
        <ShapeMark
          shape={presence.at === "here" ? "disc" : "hollow"}
          tone={presence.at === "here" ? "ready" : "quiet"}
        />
        <Words
          say={
            presence.at === "here"
              ? say("terminals.here")
              : say("terminals.away", { since: moment(presence.since, screen.us.place, "day") })
          }
        />
      </span>
      {row.role === "desk" && (
        <small className="fact" data-room={row.test?.at ?? "untested"}>
          <ShapeMark {...testMark(row.test)} />
          <Words say={testSentence(row.test)} />
        </small>
      )}
    </>
  );
}

function Removal({ row, act }: { row: TerminalRow; act: Act }) {
  const { removal } = row;
  const terminal = name(row.name);
  if (removal.at === "none")
    return (
      <Dialog
        opener={say("remove.open")}
        spoken={say("remove.spoken", { terminal })}
        title={say("remove.title", { terminal })}
      >
        {(close) => <RemovalForm row={row} act={act} close={close} />}
      </Dialog>
    );
  return (
    <Dialog opener={say("remove.second")} title={say("remove.secondTitle", { terminal })} kind="danger">
      {(close) => (
        <>
          <p>
            <Words say={say("remove.secondWhy", { by: name(removal.by) })} />
          </p>
          <div className="row-acts">
            <Button label={say("cancel")} onPress={close} />
            <span className="apart">
              <Button
                label={say("remove.confirm")}
                kind="danger"
                onPress={() => {
                  act({ type: "confirmRemoval", terminal: row.id });
                  close();
                }}
              />
            </span>
          </div>
        </>
      )}
    </Dialog>
  );
}

/** Lives as long as its dialog is open, so that what was typed is forgotten when it closes. */
function RemovalForm({ row, act, close }: { row: TerminalRow; act: Act; close: () => void }) {
  const [typed, setTyped] = useState("");
  const terminal = name(row.name);
  return (
    <>
      <p>
        <Words say={say("remove.why")} />
      </p>
      <Field name="typed" label={say("remove.type", { terminal })} max={120} value={typed} onChange={setTyped} rest />
      <div className="row-acts">
        <Button label={say("cancel")} onPress={close} />
        <span className="apart">
          <Button
            label={say("remove.act")}
            kind="danger"
            disabled={typed !== row.name}
            onPress={() => {
              act({ type: "removeTerminal", terminal: row.id, typed });
              close();
            }}
          />
        </span>
      </div>
    </>
  );
}

function Request({ request, screen, act }: { request: EnrolRequest; screen: ConsoleOn; act: Act }) {
  return (
    <Card title={say("request.title", { name: name(request.name), role: say(`role.${request.role}`) })} tone="seal">
      <p className="card-line">
        <Words
          say={say("request.why", {
            browser: name(request.browser),
            asked: moment(request.asked, screen.us.place, "timeThere"),
          })}
        />
      </p>
      <Code text={request.compare} />
      <div className="row-acts">
        <Button
          label={say(request.approval.at === "asking" ? "passkey.asking" : "request.approve")}
          kind="primary"
          tone="neutral"
          disabled={request.approval.at === "asking"}
          onPress={() => act({ type: "approve", request: request.id })}
        />
        <span className="apart">
          <Button label={say("request.refuse")} onPress={() => act({ type: "refuse", request: request.id })} />
        </span>
      </div>
      <PasskeyTrouble passkey={request.approval} />
    </Card>
  );
}

function OpenCode({ code, screen, act }: { code: EnrolCode; screen: ConsoleOn; act: Act }) {
  const words = useWords();
  return (
    <Card title={say("code.title", { name: name(code.name), role: say(`role.${code.role}`) })}>
      <div className="with-qr">
        <Qr text={code.address} label={words(say("code.qr", { name: name(code.name) }))} />
        <div>
          <Code text={code.code} />
          <p className="card-line">
            <Words say={say("code.where")} /> <bdi className="address">{code.address}</bdi>
          </p>
          <p className="card-line">
            <Words say={say("code.alone", { expires: moment(code.expires, screen.us.place, "timeThere") })} />
          </p>
          <Button
            label={say("code.withdraw")}
            size="small"
            onPress={() => act({ type: "withdrawCode", id: code.id })}
          />
        </div>
      </div>
    </Card>
  );
}

function NewCode({ act }: { act: Act }) {
  const [role, setRole] = useState<EnrolRole>("desk");
  const [called, setCalled] = useState("");
  return (
    <Card title={say("code.new")}>
      <div className="form">
        <Choice
          label={say("code.role")}
          empty={say("code.role")}
          options={roles.map((id) => ({ id, label: say(`role.${id}`) }))}
          chosen={role}
          onChoose={(id) => isRole(id) && setRole(id)}
        />
        <Field
          name="called"
          label={say(role === "officer" ? "code.officerName" : "code.name")}
          max={60}
          value={called}
          onChange={setCalled}
        />
        <Button
          label={say("code.make")}
          disabled={called.trim() === ""}
          onPress={() => {
            act({ type: "makeCode", role, name: called.trim() });
            setCalled("");
          }}
        />
      </div>
    </Card>
  );
}

function Officers({ screen, act }: Props) {
  return (
    <Card title={say("officers.title")}>
      <ul className="list">
        {screen.officers.map((officer) => (
          <li key={officer.id}>
            <bdi>{officer.name}</bdi>
            <small>
              <Words say={say("officers.passkeys", { n: officer.passkeys })} />{" "}
              {officer.lastSeen !== null && (
                <Words say={say("officers.seen", { at: moment(officer.lastSeen, screen.us.place, "day") })} />
              )}
            </small>
          </li>
        ))}
      </ul>
      <Button label={say("officers.addPasskey")} size="small" onPress={() => act({ type: "addPasskey" })} />
    </Card>
  );
}
