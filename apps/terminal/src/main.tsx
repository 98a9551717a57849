// The entry of what a station serves. Until the link to the station is wired in, it says the truth: there is none.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { browserClock } from "./browserClock.ts";
import { announceDesk } from "./model/announce.ts";
import type { DeskScreen } from "./model/desk.ts";
import { ClockworkProvider } from "./ui/Clockwork.tsx";
import { Language, applyLanguage, pickLanguage } from "./ui/Language.tsx";
import { Desk } from "./views/principal/Desk.tsx";

const language = pickLanguage(navigator.languages);
applyLanguage(document, language);
const since = browserClock.now();
const screen: DeskScreen = { at: "fault", code: "stationAway", since, now: since, us: null };
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Language of={language}>
      <ClockworkProvider value={browserClock}>
        <Desk
          screen={screen}
          pictures={{ them: null, self: null, screen: null, speaker: null }}
          said={announceDesk(null, screen)}
          act={() => location.reload()}
        />
      </ClockworkProvider>
    </Language>
  </StrictMode>,
);
