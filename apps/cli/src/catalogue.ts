// The commands: what each is called, takes and does, and where it is carried out. Only the one that runs is loaded.
import type { Command, Option } from "./command.ts";

const passphraseOptions: Readonly<Record<string, Option>> = {
  "passphrase-file": { value: "FILE", help: "holds the passphrase; else PARLEY_PASSPHRASE, else it is asked for" },
};

export const commands: Readonly<Record<string, Command>> = {
  init: {
    summary: "makes a party: its settings, its root, its station's keys, its card",
    usage: "--name NAME --place PLACE --zone ZONE --address HOST:PORT",
    about: `Makes a party in an empty data folder. Writes parley.json (with parley.schema.json, which says what every setting
means) unless it is there. The root's 24 words and those of its successor are shown once: write both on paper.
Unattended: give the passphrase by file or PARLEY_PASSPHRASE, and --words-file.`,
    options: {
      name: { value: "NAME", help: "what other parties call yours" },
      place: { value: "PLACE", help: "where it sits, as it is shown" },
      zone: { value: "AREA/CITY", help: "its time zone, as Europe/Istanbul" },
      address: { value: "HOST:PORT", help: "what other stations dial; more than once for more than one" },
      origin: { value: "URL", help: "where your own browsers reach the station; else http://localhost:4430" },
      "words-file": { value: "FILE", help: "a new file for the words, instead of showing them" },
      ...passphraseOptions,
    },
    words: 0,
    load: async () => (await import("./commands/init.ts")).init,
  },
  station: {
    summary: "runs the station of a data folder",
    usage: "",
    about: `Runs the station whose party was made by parley init, until parley stop, Ctrl-C or SIGTERM. Says one line when it runs;
its log goes to standard error as JSON lines. Sends nothing anywhere but to linked stations.`,
    options: { pages: { value: "FOLDER", help: "the built pages for browsers; else those of this program" } },
    words: 0,
    load: async () => (await import("./commands/station.ts")).station,
  },
  pair: {
    summary: "links this party with another: offer, import, compare",
    usage: "offer | import FILE_OR_TEXT | show | match [OFFER] | differ [OFFER] | cancel [OFFER] | rekey [PARTY]",
    about: `  offer    makes an offer, good for a day: give it to the other party by any way
    import   takes the other party's offer: a file, the text itself, or - for standard input
    show     the pairings, with the four words once both stations have exchanged; --wait waits for them
    match    the words are the same on both sides: shows them and asks, or compares with --words
    differ   they are not: ends the pairing on both sides
    cancel   ends a pairing
    rekey    keys the line with a party again after a restore: one of two officers, on each side; then "match"
OFFER is needed only where several are under way. All but show need the passphrase of the command line's officer.`,
    options: {
      out: { value: "FILE", help: "offer: into a new file instead of standard output" },
      qr: { help: "offer: as a QR code too" },
      wait: { value: "SECONDS", help: "show: until there are words to compare" },
      words: { value: '"A B C D"', help: "match: the words that the other side read out" },
      ...passphraseOptions,
    },
    words: 2,
    load: async () => (await import("./commands/pair.ts")).pair,
  },
  enrol: {
    summary: "gives out a one-time address for a desk, a console or an officer, or lets the station's own browser in",
    usage: "--role desk|console|officer|rehearser --name NAME",
    about: `Prints an address that works once, for 15 minutes, in the browser that opens it first: a desk for the principal, a
console for duty officers, or a new officer, who then makes a passkey. A rehearser is the browser that the station starts itself
while no desk is open (drills.browser in its settings): the station opens that address, and none is printed. Needs the passphrase of the command line's officer.`,
    options: {
      role: { value: "ROLE", help: "desk, console, officer or rehearser" },
      name: { value: "NAME", help: "what the terminal or the officer is called" },
      ...passphraseOptions,
    },
    words: 0,
    load: async () => (await import("./commands/enrol.ts")).enrol,
  },
  status: {
    summary: "says how the running station stands",
    usage: "",
    about:
      "Links, what checks found on them, terminals, officers and the record's length of the running station. Times are UTC.",
    options: { check: { help: "checks every line first, now" } },
    words: 0,
    load: async () => (await import("./commands/status.ts")).status,
  },
  horizon: {
    summary: "says the first date on which anything on a line will fail, for people and monitors",
    usage: "",
    about: `Of every line, both sides: everything that has a date, earliest first, and the first that will fail. What renews itself
counts only once it has not. Domains, contracts and the like are counted where "dates" in parley.json lists them. Exit codes:
0 nothing is due, 3 something of ours is due, late or has ended, 1 only something of the other side's. Due is what has a
third of its life left, or a fortnight.`,
    options: {},
    words: 0,
    load: async () => (await import("./commands/horizon.ts")).horizon,
  },
  drill: {
    summary: "says whether lines are rehearsed and ready, or rehearses them now",
    usage: "[PARTY] [--now]",
    about: `What the newest drill of each line, or of the one to PARTY, has come to. With --now an idle desk of each side goes through a
call that nobody is rung for, with a test picture and tones; that takes a quarter of a minute and gives way to a person at
once. Exit codes: 0 ready, 1 the other side is at fault, 3 ours is, or nobody can tell, or no drill was made.`,
    options: { now: { help: "rehearse now" } },
    words: 1,
    load: async () => (await import("./commands/drill.ts")).drill,
  },
  drills: {
    summary: "lists what drills have come to, newest first",
    usage: "[--since WHEN]",
    about: `The drills that the record holds, with verdict, cause and whose side, and whether both stations signed. Exit codes as of
parley drill: 0 only where every one of them was ready.`,
    options: { since: { value: "WHEN", help: "a date, or a length of time as 24h or 7d; else 24h" } },
    words: 0,
    load: async () => (await import("./commands/drill.ts")).drills,
  },
  alarm: {
    summary: "lists the alarms there are, or tries every way that they go",
    usage: "[list | test]",
    about: `  list    what needs a person, on whose side, and who has taken it up; how the ways besides the consoles have done
  test    sends a trial each way at once (alarms.webhooks and alarms.mail in parley.json), and says whether it got through
An alarm is taken up or shelved by an officer at a console. Exit codes of list: 0 nothing is open, 3 something of ours is, or of
nobody's for certain, 1 only something of the other side's. Of test: 0 every way works, 3 one does not, or there is none.`,
    options: {},
    words: 1,
    load: async () => (await import("./commands/alarm.ts")).alarm,
  },
  doctor: {
    summary: "checks everything, each with its cure; exit code 3 when a check fails",
    usage: "",
    about: `Checks this machine, the data folder, settings, database, ports, web certificate, the relay with a real allocation on every
transport, every link, and our ports as the linked stations see them. Changes nothing. Exit code 3 when a check fails;
warnings and checks that could not run do not change it, and --json lists all.`,
    options: {},
    words: 0,
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  backup: {
    summary: "copies everything the station keeps into one new file",
    usage: "FILE",
    about: `Writes one file that holds the record, identities, links and outboxes as they are at one moment, while the station goes on.
It never overwrites. Keys and settings are not in it: what comes back from a backup needs new keys (parley restore).
Keep a copy of parley.json beside it.`,
    options: {},
    words: 1,
    load: async () => (await import("./commands/backup.ts")).backup,
  },
  export: {
    summary: "writes the record into one file for an auditor",
    usage: "FILE",
    about: `Writes one new file that stands by itself: every entry, the tree over them, the checkpoints that this station signed and
the linked stations cosigned, and what proves the parties. It is a tar of C2SP tlog-tiles; README.txt in it says how it is
checked. While the station runs, the linked stations that are there cosign the newest entries first.`,
    options: {},
    words: 1,
    load: async () => (await import("./commands/export.ts")).exportRecord,
  },
  verify: {
    summary: "checks a record's file off line: the verdict first, then every gap",
    usage: "FILE [THEIR_FILE]",
    about: `Says whether a record is complete and under whose signatures, then a row for each gap, uncertain clock, checkpoint and fault.
With two parties' files also what stands in one of them alone. Needs no network and no data folder. Compare the party's id
with what you know, or give it with --party. Exit codes: 0 complete and both signed all of it, 3 true as far as it goes
(gaps, or entries that nobody has cosigned yet), 4 not what was signed, or the copies differ.`,
    options: {
      party: { value: "ID", help: "the id of the party whose record it must be" },
      csv: { value: "FILE", help: "the entries of the first file as a new CSV file" },
    },
    words: 2,
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  restore: {
    summary: "puts a backup into an empty data folder or database",
    usage: "FILE",
    about: `Puts a backup where nothing is yet: the data folder, or the database that parley.json or DATABASE_URL names. Others may know
what the backup has forgotten, so the station does not start on it until parley rekey has made its keys anew, and every
link is keyed again by two officers on each side (parley pair rekey) before it carries another call. If the old station still exists, it must never run again.`,
    options: {},
    words: 1,
    load: async () => (await import("./commands/restore.ts")).restore,
  },
  rekey: {
    summary: "makes the station's keys anew, by the root",
    usage: "",
    about: `Makes a new station key and a new key for the command line's officer, certified by the root: after parley restore, a lost key
file, or a copied disk. The linked stations accept it by the root's signature. After a restore the links' secrets are
dropped, and each link must be keyed again (parley pair rekey). The root comes from root.sealed and its passphrase, or from its 24 words.`,
    options: {
      "words-file": { value: "FILE", help: "holds the root's 24 words; else they are asked for" },
      ...passphraseOptions,
    },
    words: 0,
    load: async () => (await import("./commands/rekey.ts")).rekey,
  },
  "log-key": {
    summary: "has the root certify the record's keys, of a party made before",
    usage: "",
    about: `The keys that sign the record's checkpoints, and cosign those of linked parties, are certified by the root when a party is
made. A party that is older than that runs this once, with the station at rest. The root comes from root.sealed and its
passphrase, or from its 24 words.`,
    options: {
      "words-file": { value: "FILE", help: "holds the root's 24 words; else they are asked for" },
      ...passphraseOptions,
    },
    words: 0,
    load: async () => (await import("./commands/logKey.ts")).logKey,
  },
  stop: {
    summary: "ends the running station cleanly",
    usage: "",
    about:
      "Asks the running station to end, and waits until it has. Calls that are under way go on between the browsers.",
    options: {},
    words: 0,
    load: async () => (await import("./commands/stop.ts")).stop,
  },
};
