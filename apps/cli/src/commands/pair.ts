// `parley pair`: the ceremony that links two parties, from the command line: an offer goes over to the other party by any way,
// both stations exchange what they must, and a person on each side compares four words.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Result, fail, ok } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { systemClock } from "@parley/station/systemPorts";
import { type Run, type Done, type Failure, type Given, missing, refused } from "../command.ts";
import { asking, officerOf } from "../folder.ts";
import { confirms, isPersonThere, say } from "../person.ts";
import { qrOf, rowsOf } from "../show.ts";

type Pairing = {
  readonly at: string;
  readonly offer: string;
  readonly peer: string | null;
  readonly words: readonly string[] | null;
  readonly until: number | null;
  readonly why: string | null;
};

/** States in which a person has to do nothing more. */
const over: readonly string[] = ["active", "ended", "rekeyed"];

const shown = ({ at, offer, peer, words, why }: Pairing): readonly string[] => [
  offer,
  at,
  peer ?? "",
  words === null ? (why ?? "") : words.join(" "),
];

async function makeOffer(given: Given): Promise<Result<Done, Failure>> {
  const officer = await officerOf(given);
  if (!officer.ok) return officer;
  const made = await asking<{ readonly offer: string; readonly text: string }>(given, { do: "offer" }, officer.value);
  if (!made.ok) return made;
  const { text } = made.value;
  const out = given.value("out");
  if (out !== null) writeFileSync(out, `${text}\n`, { mode: 0o600, flag: "wx" });
  const next = "Give it to the other party, who runs parley pair import; then parley pair show --wait 300.";
  const code = given.has("qr") ? `\n\n${qrOf(text)}` : "";
  return ok({ text: `${out === null ? text : `Written: ${out}`}${code}\n\n${next}`, data: { ...made.value, out } });
}

async function take(given: Given, source: string | undefined): Promise<Result<Done, Failure>> {
  if (source === undefined) return missing("the offer, or the file that holds it");
  const text = (
    source === "-" ? readFileSync(0, "utf8") : existsSync(source) ? readFileSync(source, "utf8") : source
  ).trim();
  if (text.length > 8192) return refused("PAIR_OFFER_UNREADABLE");
  const officer = await officerOf(given);
  if (!officer.ok) return officer;
  const made = await asking<{ readonly offer: string }>(given, { do: "import", text }, officer.value);
  if (!made.ok) return made;
  return ok({ text: `Taken: ${made.value.offer}. Next: parley pair show --wait 60.`, data: made.value });
}

async function pairings(given: Given): Promise<Result<readonly Pairing[], Failure>> {
  return asking<readonly Pairing[]>(given, { do: "pairings" });
}

async function show(given: Given): Promise<Result<Done, Failure>> {
  const wait = Number(given.value("wait") ?? "0");
  if (!(wait >= 0 && wait <= 86_400)) return missing("--wait: seconds");
  for (const began = systemClock.elapsed(); ;) {
    const asked = await pairings(given);
    if (!asked.ok) return asked;
    const open = asked.value.filter(({ at }) => !over.includes(at));
    if (systemClock.elapsed() - began >= seconds(wait) || open.some(({ words }) => words !== null) || open.length === 0)
      return ok({
        text: asked.value.length === 0 ? "No pairing is under way." : rowsOf(asked.value.map(shown)),
        data: { pairings: asked.value },
      });
    await new Promise<void>((resolve) => systemClock.wait(seconds(0.2), resolve));
  }
}

/** The one pairing that is meant: named, or the only one that fits. */
async function meant(
  given: Given,
  named: string | undefined,
  fits: (it: Pairing) => boolean,
): Promise<Result<Pairing, Failure>> {
  const asked = await pairings(given);
  if (!asked.ok) return asked;
  const [first, ...others] = asked.value.filter((it) => (named === undefined ? fits(it) : it.offer === named));
  if (first === undefined) return refused("PAIR_UNKNOWN", named ?? "");
  return others.length === 0 ? ok(first) : missing("which offer: there are several");
}

async function match(given: Given, named: string | undefined): Promise<Result<Done, Failure>> {
  const pairing = await meant(given, named, ({ at }) => at === "comparing" || at === "wordsDue");
  if (!pairing.ok) return pairing;
  const { offer: id, words, peer } = pairing.value;
  if (words === null) return refused("PAIR_OUT_OF_TURN", pairing.value.at);
  const read = given.value("words");
  if (
    read !== null &&
    read
      .trim()
      .toLowerCase()
      .split(/[\s-]+/)
      .join(" ") !== words.join(" ")
  )
    return refused("WORDS_NOT_THESE");
  if (read === null) {
    if (!isPersonThere()) return missing("--words with the four words of the other side");
    say(
      `\n  ${words.join("   ")}\n\nThese must be the words that ${peer ?? "the other side"} shows. Compare them by voice or in person.`,
    );
    if (!(await confirms("Are they the same?"))) return fail({ code: "COMMAND_INCOMPLETE", detail: "not confirmed" });
  }
  const officer = await officerOf(given);
  if (!officer.ok) return officer;
  const done = await asking<null>(given, { do: "match", offer: id }, officer.value);
  const text =
    pairing.value.at === "wordsDue"
      ? "Confirmed here. The line is as good as new on this side."
      : "Confirmed here. The link stands when both sides have.";
  return done.ok ? ok({ text, data: { offer: id } }) : done;
}

type Linked = { readonly links: readonly { readonly link: string; readonly party: string }[] };

/** The command line's officer wants the line with a party keyed again, or agrees with the one who does. */
async function rekeyLine(given: Given, named: string | undefined): Promise<Result<Done, Failure>> {
  const asked = await asking<Linked>(given, { do: "status" });
  if (!asked.ok) return asked;
  const [line, ...others] = asked.value.links.filter(({ party }) => named === undefined || party === named);
  if (line === undefined) return refused("LINK_UNKNOWN", named ?? "");
  if (others.length > 0) return missing("which party: there are several lines");
  const officer = await officerOf(given);
  if (!officer.ok) return officer;
  const { link, party } = line;
  const said = await asking<{ readonly at: "secondOfficerDue" | "agreed" }>(
    given,
    { do: "rekeyLink", link },
    officer.value,
  );
  if (!said.ok) return said;
  const text =
    said.value.at === "agreed"
      ? `Two officers agree here. The line with ${party} is keyed again as soon as two of theirs do.`
      : `Asked for the line with ${party}. Another officer confirms it at a console within the hour.`;
  return ok({ text, data: { link, party, ...said.value } });
}

async function end(given: Given, how: "differ" | "cancel", named: string | undefined): Promise<Result<Done, Failure>> {
  const pairing = await meant(given, named, ({ at }) =>
    how === "differ" ? at === "comparing" || at === "wordsDue" : !over.includes(at),
  );
  if (!pairing.ok) return pairing;
  const officer = await officerOf(given);
  if (!officer.ok) return officer;
  const done = await asking<null>(given, { do: how, offer: pairing.value.offer }, officer.value);
  return done.ok ? ok({ text: "The pairing has ended on both sides.", data: { offer: pairing.value.offer } }) : done;
}

export const pair: Run = async (given) => {
  const [what, named] = given.words;
  switch (what) {
    case "offer":
      return makeOffer(given);
    case "import":
      return take(given, named);
    case "show":
      return show(given);
    case "match":
      return match(given, named);
    case "rekey":
      return rekeyLine(given, named);
    case "differ":
    case "cancel":
      return end(given, what, named);
    default:
      return missing("offer, import, show, match, differ, cancel or rekey");
  }
};
