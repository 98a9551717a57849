// One party with two desks and a duty officer's console, called by another's desk, all in real browsers: every place rings,
// the first answer wins, and the call is handed from place to place while it goes on.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DeskAt,
  type Parties,
  calm,
  hold,
  openConsole,
  openDesk,
  press,
  reads,
  seesAndHears,
  shows,
  startParties,
  until,
} from "./harness/parties.ts";

let parties: Parties;
let caller: DeskAt;
/** Camera and microphone of each place of the called party: 2, 3 and 4. */
let first: DeskAt;
let second: DeskAt;
let officer: DeskAt;

beforeAll(async () => {
  parties = await startParties({}, undefined, calm);
  caller = await openDesk(parties.a, 1, parties);
  first = await openDesk(parties.b, 2, parties);
  second = await openDesk(parties.b, 3, parties);
  officer = await openConsole(parties.b, 4, parties);
}, 240_000);

afterAll(async () => {
  for (const place of [caller, first, second, officer]) await place?.browser.close();
  await parties?.close();
});

const room = (): Promise<void> => officer.page.getByRole("navigation").getByRole("button", { name: /^Call/ }).click();
const button = (name: string) => officer.page.getByRole("main").getByRole("button", { name }).first();

type Call = { readonly proof: string; readonly receipts: number; readonly body: string };
const lastCall = (party: Parties["a"]): Promise<Call> =>
  until(
    async () => (await party.ask<Call[]>({ do: "calls" }))[0],
    (call) => call?.proof === "signedByBoth",
    "the record",
  ).then((call) => {
    if (call === undefined) throw new Error("no call");
    return call;
  });

describe("a party with several places to answer", () => {
  it("[CA4] [CA19] all of them ring at once; one answers, and the others stop ringing and say who took it", async () => {
    await press(caller.page, "call");
    await Promise.all([
      shows(first.page, "ringingIn"),
      shows(second.page, "ringingIn"),
      officer.page.getByRole("button", { name: "Answer here" }).waitFor({ timeout: 30_000 }),
    ]);
    expect(await officer.page.locator(".console").getAttribute("data-ringing")).toBe("true");
    await press(second.page, "answer");
    await Promise.all([shows(caller.page, "inCall"), shows(second.page, "inCall"), shows(first.page, "elsewhere")]);
    await reads(first.page, /The call with Northmark goes on at Desk 3/);
    await reads(caller.page, "Desk 3");
    await room();
    await reads(officer.page, /Held at Desk 3/);
    expect(await officer.page.locator(".console").getAttribute("data-ringing")).toBe("false");
    expect(await seesAndHears(caller, 3)).toBe(3);
    expect(await seesAndHears(second, 1)).toBe(1);
  });

  it("[CA16] the officer takes the call from the desk: picture and sound go on there, the desk says where it went", async () => {
    await button("Take it here").click();
    expect(await seesAndHears(caller, 4)).toBe(4);
    expect(await seesAndHears(officer, 1)).toBe(1);
    await shows(second.page, "elsewhere");
    await reads(second.page, /The call with Northmark goes on at Console of Ada/);
    await reads(first.page, /The call with Northmark goes on at Console of Ada/);
    expect(await second.page.evaluate(() => parleyMeter.hear(300))).toMatchObject({ level: 0 });
  });

  it("[CA16] a call that is handed to a desk stays at the console, which may keep it, until somebody joins there", async () => {
    await button("Hand over").click();
    await officer.page.getByRole("option", { name: "Desk 2" }).click();
    await shows(first.page, "ringingIn");
    await reads(first.page, "is on the line for you");
    await reads(officer.page, /Offered to Desk 2/);
    expect(await seesAndHears(caller, 4)).toBe(4);
    await button("Keep it here").click();
    await shows(first.page, "elsewhere");
    await button("Hand over").click();
    await officer.page.getByRole("option", { name: "Desk 2" }).click();
    await shows(first.page, "ringingIn");
  });

  it("[CA17] at the join, made at once, the other side sees the new place within the same call, and never an empty room", async () => {
    const seen = await caller.page.evaluate(() => {
      // Every state that the desk shows, and whether a picture of somebody stood in it.
      const states: string[] = [];
      const desk = document.querySelector("main.desk");
      if (desk === null) throw new Error("no desk");
      new MutationObserver(() => states.push(desk.getAttribute("data-at") ?? "")).observe(desk, { attributes: true });
      Object.assign(globalThis, { parleyStates: states });
      return desk.getAttribute("data-at");
    });
    expect(seen).toBe("inCall");
    await press(first.page, "answer");
    await Promise.all([shows(first.page, "inCall"), reads(officer.page, /Held at Desk 2/)]);
    expect(await seesAndHears(caller, 2)).toBe(2);
    expect(await seesAndHears(first, 1)).toBe(1);
    await reads(caller.page, "Desk 2");
    const states = await caller.page.evaluate(() => Reflect.get(globalThis, "parleyStates") as string[]);
    // Between the two places it says where they go on, and never that the call is lost or over.
    expect(states.filter((state) => state !== "inCall" && state !== "connecting")).toEqual([]);
  });

  it("a desk takes the call from another, and its end is told where it was, and nowhere else", async () => {
    await hold(second.page, "take");
    await shows(second.page, "inCall");
    expect(await seesAndHears(caller, 3)).toBe(3);
    await shows(first.page, "elsewhere");
    await hold(caller.page, "end");
    await Promise.all([shows(caller.page, "ended"), shows(second.page, "ended"), shows(first.page, "idle")]);
    await reads(second.page, "Northmark ended the call.");
  });

  it("[RC8] both ledgers hold the one call, with its receipts and everywhere it was", async () => {
    const [ours, theirs] = await Promise.all([lastCall(parties.a), lastCall(parties.b)]);
    expect(ours.body).toBe(theirs.body);
    // Delivered, rang, seen, answered.
    expect(ours.receipts).toBeGreaterThanOrEqual(4);
  });

  it("a console where no officer is signed in neither rings nor counts as a place to answer", async () => {
    await officer.page.getByRole("button", { name: "Sign out" }).click();
    await officer.page.locator("main.door").waitFor();
    await press(caller.page, "back");
    await press(caller.page, "call");
    await Promise.all([shows(first.page, "ringingIn"), shows(second.page, "ringingIn", 30_000)]);
    // Signed in while it rings, it rings along.
    await officer.page.locator("main.door button").first().click();
    await officer.page.getByRole("button", { name: "Answer here" }).first().waitFor({ timeout: 30_000 });
    await officer.page.getByRole("button", { name: "Answer here" }).first().click();
    await Promise.all([shows(caller.page, "inCall"), shows(first.page, "elsewhere"), shows(second.page, "elsewhere")]);
    expect(await seesAndHears(caller, 4)).toBe(4);
    await hold(caller.page, "end");
    await shows(caller.page, "ended");
  });

  it("an officer declines for the party: every place stops ringing, and the caller is told", async () => {
    await press(caller.page, "back");
    await press(caller.page, "call");
    await Promise.all([shows(first.page, "ringingIn"), shows(second.page, "ringingIn")]);
    const decline = officer.page.getByRole("button", { name: /^Decline/ }).first();
    await decline.focus();
    await officer.page.keyboard.press("Enter", { delay: 1300 });
    await shows(caller.page, "ended");
    await reads(caller.page, "Estovar declined the call.");
    await reads(first.page, "The call from Northmark was declined here.");
    await officer.page
      .getByRole("navigation")
      .getByRole("button", { name: /^Ledger/ })
      .click();
    await reads(officer.page, /Call with Northmark: .*declined/);
  });

  it("[CA26] a console that is loaded anew goes on with its call, says so at the door, and can end it there", async () => {
    await press(caller.page, "back");
    await press(caller.page, "call");
    await officer.page.getByRole("button", { name: "Answer here" }).first().click({ timeout: 30_000 });
    expect(await seesAndHears(caller, 4)).toBe(4);
    await officer.page.reload();
    await reads(officer.page, /Your call with Northmark goes on, .*: they see and hear whoever is here/);
    await shows(caller.page, "inCall");
    expect(await seesAndHears(caller, 4)).toBe(4);
    const end = officer.page.locator("main.door [data-act=end]");
    await end.focus();
    await officer.page.keyboard.press("Enter", { delay: 1300 });
    await shows(caller.page, "ended");
    await officer.page.getByRole("button", { name: /^Sign in/ }).click();
    await officer.page.locator(".console").waitFor();
  });

  it("[CA27] a call from the desk rings there first; nothing goes out and no camera opens before somebody joins", async () => {
    await press(caller.page, "back");
    await officer.page
      .getByRole("navigation")
      .getByRole("button", { name: /^Lines/ })
      .click();
    await officer.page.getByRole("button", { name: /^From the desk: call .*Northmark/ }).click();
    const desk = await Promise.race([first, second].map((at) => shows(at.page, "ringingIn").then(() => at)));
    await reads(desk.page, "your officer asks you to call them");
    await reads(officer.page, /rings; the call to Northmark begins when somebody presses Join there/);
    expect(await caller.page.locator("main.desk").getAttribute("data-at")).toBe("idle");
    const camera = () =>
      desk.page.evaluate(() =>
        [...document.querySelectorAll("video")].some(({ srcObject }) => srcObject instanceof MediaStream),
      );
    expect(await camera()).toBe(false);
    await press(desk.page, "answer");
    await Promise.all([shows(desk.page, "ringingOut"), shows(caller.page, "ringingIn")]);
    await press(caller.page, "answer");
    const its = desk === first ? 2 : 3;
    expect(await seesAndHears(caller, its)).toBe(its);
    expect(await camera()).toBe(true);
    await hold(caller.page, "end");
    await shows(caller.page, "ended");
  });
});
