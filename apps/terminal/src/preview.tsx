// The preview: any state of either screen from made-up facts, by address (?state=desk/inCall&lang=ar), and a list of all of
// them without one. For screenshots and for whoever works on the views; it is never part of what a station serves.
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { browserClock } from "./browserClock.ts";
import { announceConsole, announceDesk } from "./model/announce.ts";
import { consoles } from "./preview/consoles.ts";
import { desks } from "./preview/desks.ts";
import { cast } from "./preview/people.ts";
import { previewPictures } from "./preview/pictures.ts";
import { ClockworkProvider } from "./ui/Clockwork.tsx";
import { Language, type LanguageCode, applyLanguage, pickLanguage } from "./ui/Language.tsx";
import { Console } from "./views/officer/Console.tsx";
import { Desk } from "./views/principal/Desk.tsx";

const names: readonly string[] = [
  ...Object.keys(desks).map((key) => `desk/${key}`),
  ...Object.keys(consoles).map((key) => `console/${key}`),
];

const has = <T extends object>(of: T, key: string): key is keyof T & string => Object.hasOwn(of, key);

function Preview({ state, language }: { state: string; language: LanguageCode }) {
  const [pictures] = useState(previewPictures);
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
      <output id="acts" hidden>
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
          <a href={`?state=${state}&lang=${language}`}>{state}</a>
        </li>
      ))}
    </ul>
  );
}

const query = new URLSearchParams(location.search);
const language = pickLanguage([query.get("lang") ?? "en"]);
const state = query.get("state") ?? "";
applyLanguage(document, language);
document.documentElement.dataset["states"] = names.join(" ");
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Language of={language}>
      <ClockworkProvider value={browserClock}>
        {names.includes(state) ? <Preview state={state} language={language} /> : <Contents language={language} />}
      </ClockworkProvider>
    </Language>
  </StrictMode>,
);
