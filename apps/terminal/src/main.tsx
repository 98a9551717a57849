// The entry of what a station serves: gives the terminal its browser and shows what it knows. A one-time code comes in the
// address's fragment, which no server sees, and leaves it at once.
import "./noJit.ts";
import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { type ReactNode, StrictMode, useMemo, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { fromHex } from "@parley/base/bytes";
import { ms } from "@parley/base/time";
import { browserClock } from "./browserClock.ts";
import { type Paced, browserFrame, framePaced } from "./framePaced.ts";
import { startWorkers } from "./crypto/workers.ts";
import type { SocketLike } from "./link/socket.ts";
import { makeRinger } from "./media/ringer.ts";
import { keepAwake } from "./media/wake.ts";
import { type Announcement, announceConsole, announceDesk } from "./model/announce.ts";
import { consoleScreen } from "./model/consoleScreen.ts";
import { deskScreen } from "./model/deskScreen.ts";
import { type Facts, isAnswered, pictureComes } from "./model/facts.ts";
import { asksCreation, asksRequest } from "./passkeyOptions.ts";
import { type Auditor, runAuditor } from "./run/auditorRun.ts";
import type { Browser } from "./run/browser.ts";
import type { Pictures } from "./run/known.ts";
import { type Terminal, runTerminal } from "./run/terminalRun.ts";
import { AnsweredProvider } from "./ui/Answered.tsx";
import { ClockworkProvider } from "./ui/Clockwork.tsx";
import { Language, applyLanguage, pickLanguage } from "./ui/Language.tsx";
import { Sound } from "./ui/Sound.tsx";
import { Auditor as AuditorView } from "./views/auditor/Auditor.tsx";
import { Console } from "./views/officer/Console.tsx";
import { Desk } from "./views/principal/Desk.tsx";

const fragment = new URLSearchParams(location.hash.slice(1));
const code = fragment.get("code");
const officerCode = fragment.get("officer");
if (location.hash !== "") history.replaceState(null, "", location.pathname);

/** Where this browser keeps which devices a person chose. */
const devicesKey = "parley.devices";

const browser: Browser = {
  page: document,
  wants: location.pathname.startsWith("/console") ? "console" : "desk",
  origin: location.origin,
  name: navigator.userAgent,
  clock: browserClock,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  devices: navigator.mediaDevices,
  permissions: navigator.permissions,
  kept: {
    read: () => localStorage.getItem(devicesKey),
    write: (text) => localStorage.setItem(devicesKey, text),
  },
  makeRinger: (onBlocked) => makeRinger({ page: document, onBlocked }),
  indexedDb: indexedDB,
  subtle: crypto.subtle,
  openSocket: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/terminal`) as SocketLike,
  startWorkers,
  passkey: async (ceremony, options) => {
    if (ceremony === "create" && asksCreation(options))
      return { ...(await startRegistration({ optionsJSON: options })) };
    if (ceremony === "get" && asksRequest(options)) return { ...(await startAuthentication({ optionsJSON: options })) };
    throw new TypeError("options of no passkey ceremony");
  },
  saveFile: (name, text) => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const anchor = document.createElement("a");
    anchor.href = address;
    anchor.download = name;
    anchor.click();
    URL.revokeObjectURL(address);
  },
  manifest: async () => {
    const manifest = (await (await fetch("/manifest.json")).json()) as { hash?: unknown };
    return fromHex(String(manifest.hash)) ?? new Uint8Array(32);
  },
  storage: async () => {
    if (!("storage" in navigator)) return "untold"; // a page without TLS
    return (await navigator.storage.persisted()) ? "kept" : "atRisk";
  },
  fullscreen: () =>
    document.fullscreenElement !== null || matchMedia("(display-mode: fullscreen)").matches ? "full" : "window",
  wake: keepAwake(document, navigator.wakeLock),
};

const language = pickLanguage(navigator.languages);
applyLanguage(document, language);
/** What changed on the screen, for those who cannot see it. */
function useSaid<S>(
  screen: S,
  announce: (before: S | null, after: S) => readonly Announcement[],
): readonly Announcement[] {
  const [shown, setShown] = useState(() => ({ screen, said: announce(null, screen) }));
  if (shown.screen !== screen) setShown({ screen, said: announce(shown.screen, screen) });
  return shown.said;
}

type PageProps = { readonly facts: Facts; readonly pictures: Pictures; readonly act: Terminal["act"] };

function DeskPage({ facts, pictures, act }: PageProps) {
  const screen = useMemo(() => deskScreen(facts), [facts]);
  const said = useSaid(screen, announceDesk);
  return <Desk screen={screen} pictures={pictures} said={said} act={act} />;
}

function ConsolePage({ facts, pictures, act }: PageProps) {
  const screen = useMemo(() => consoleScreen(facts), [facts]);
  const said = useSaid(screen, announceConsole);
  return <Console screen={screen} pictures={pictures} said={said} act={act} />;
}

/** The first picture of a call has the browser to itself for a moment; then come the cards and buttons around it. */
const pictureAlone = ms(150);

/** A desk or a console: the page of a terminal. */
function terminalPage(): ReactNode {
  const terminal = runTerminal(browser, { code, officerCode });
  addEventListener("online", () => terminal.networkIsBack());
  const paced = framePaced(
    { now: () => ({ facts: terminal.facts(), pictures: terminal.pictures() }), watch: terminal.watch },
    browserFrame,
    (before, after) => (pictureComes(before.facts, after.facts) ? pictureAlone : ms(0)),
    browserClock,
  );
  return <TerminalPage terminal={terminal} paced={paced} />;
}

type TerminalPageProps = {
  readonly terminal: Terminal;
  readonly paced: Paced<{ readonly facts: Facts; readonly pictures: Pictures }>;
};

function TerminalPage({ terminal, paced }: TerminalPageProps) {
  const { facts, pictures } = useSyncExternalStore(paced.watch, paced.shown);
  const Page = facts.page === "console" ? ConsolePage : DeskPage;
  const answered = useMemo(
    () => ({ watch: terminal.watch, isAnswered: (call: string) => isAnswered(terminal.facts(), call) }),
    [terminal],
  );
  return (
    <AnsweredProvider value={answered}>
      <Page facts={facts} pictures={pictures} act={terminal.act} />
      <Sound stream={pictures.sound} speaker={pictures.speaker} heard={facts.sound} onBlocked={terminal.silenced} />
    </AnsweredProvider>
  );
}

/** The page on which a record's file is checked: it is nobody's terminal, and asks no station for anything. */
function AuditorPage({ of }: { readonly of: Auditor }) {
  const screen = useSyncExternalStore(of.watch, of.screen);
  return <AuditorView screen={screen} act={of.act} />;
}

const page = location.pathname.startsWith("/verify") ? (
  <AuditorPage of={runAuditor(crypto.subtle, browser.saveFile)} />
) : (
  terminalPage()
);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Language of={language}>
      <ClockworkProvider value={browserClock}>{page}</ClockworkProvider>
    </Language>
  </StrictMode>,
);
