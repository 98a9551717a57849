// The preview: any state of either screen from made-up facts, by address (#desk/inCall/ar), and a list of all of
// them without one. For screenshots and for whoever works on the views; it is never part of what a station serves.
import { Fragment, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { browserClock } from "./browserClock.ts";
import { announceConsole, announceDesk } from "./model/announce.ts";
import { auditors } from "./preview/auditors.ts";
import { consoles } from "./preview/consoles.ts";
import { desks } from "./preview/desks.ts";
import { cast } from "./preview/people.ts";
import { previewPictures } from "./preview/pictures.ts";
import { ClockworkProvider } from "./ui/Clockwork.tsx";
import { Language, type LanguageCode, applyLanguage, pickLanguage } from "./ui/Language.tsx";
import { Auditor } from "./views/auditor/Auditor.tsx";
import { Console } from "./views/officer/Console.tsx";
import { Desk } from "./views/principal/Desk.tsx";

const names: readonly string[] = [
  ...Object.keys(desks).map((key) => `desk/${key}`),
  ...Object.keys(consoles).map((key) => `console/${key}`),
  ...Object.keys(auditors).map((key) => `auditor/${key}`),
];

const has = <T extends object>(of: T, key: string): key is keyof T & string => Object.hasOwn(of, key);

function Preview({ state, language }: { state: string; language: LanguageCode }) {
  const [drawn] = useState(previewPictures);
  // The moment before the first picture is a state of its own to look at.
  const pictures = state === "desk/connecting" ? { ...drawn, them: null } : drawn;
  useEffect(() => drawn.stop, [drawn]);
  const [acts, setActs] = useState<readonly string[]>([]);
  const [kind = "", key = ""] = state.split("/");
  const act = (action: object) => setActs((before) => [...before, JSON.stringify(action)]);
  const people = cast(language);
  return (
    <>
      {kind === "desk" && has(desks, key) && (
        <Desk screen={desks[key](people)} pictures={pictures} said={announceDesk(null, desks[key](people))} act={act} />
      )}
      {kind === "console" && has(consoles, key) && (
        <Console
          screen={consoles[key](people)}
          pictures={pictures}
          said={announceConsole(null, consoles[key](people))}
          act={act}
        />
      )}
      {kind === "auditor" && has(auditors, key) && <Auditor screen={auditors[key](people)} act={act} />}
      <output id="acts" data-state={`${state}/${language}`} hidden>
        {acts.join("\n")}
      </output>
    </>
  );
}

function Contents({ language }: { language: LanguageCode }) {
  return (
    <ul>
      {names.map((state) => (
        <li key={state}>
          <a href={`#${state}/${language}`}>{state}</a>
        </li>
      ))}
    </ul>
  );
}

/** What the address asks for: "#desk/inCall/ar". Anything else is the list of all states. */
function asked(): { readonly state: string; readonly language: LanguageCode } {
  const [kind = "", key = "", language = "en"] = location.hash.slice(1).split("/");
  return { state: `${kind}/${key}`, language: pickLanguage([language]) };
}

const root = document.getElementById("root");
if (root === null) throw new Error("preview.html has no #root");
const page = createRoot(root);
document.documentElement.dataset["states"] = names.join(" ");

function show(): void {
  const { state, language } = asked();
  applyLanguage(document, language);
  page.render(
    <Fragment key={location.hash}>
      <Language of={language}>
        <ClockworkProvider value={browserClock}>
          {names.includes(state) ? <Preview state={state} language={language} /> : <Contents language={language} />}
        </ClockworkProvider>
      </Language>
    </Fragment>,
  );
}
addEventListener("hashchange", show);
show();
