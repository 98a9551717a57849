// The one table of everything that can go wrong outside our own code: who is to blame, one sentence for the person who
// reads it, and what that person can do. A code is never reused for another meaning. docs/ERRORS.md is held against it.

/** Whose doing it is: the person or program that asked, the other party's side, the path between, or this station. */
export type Blame = "caller" | "peer" | "network" | "us";

export type ErrorRow = {
  readonly blame: Blame;
  /** One sentence, for a duty officer; no codes, no jargon. */
  readonly say: string;
  /** What to do about it, as an imperative sentence. */
  readonly cure: string;
  /** The status of an HTTP answer that carries it; 500 where none is given. */
  readonly http?: number;
};

const table = {
  MESSAGE_MALFORMED: {
    blame: "peer",
    say: "A message could not be read.",
    cure: "Update the older of the two sides; if both are current, report it.",
    http: 400,
  },
  MESSAGE_TOO_LARGE: {
    blame: "peer",
    say: "A message was larger than its kind may be.",
    cure: "Update the older of the two sides; if both are current, report it.",
    http: 413,
  },
  LINE_IN_USE: {
    blame: "caller",
    say: "This line is already in a call.",
    cure: "Join the call that is under way, or end it first.",
    http: 409,
  },
  CALL_OVER: {
    blame: "caller",
    say: "That call is over.",
    cure: "Call again.",
    http: 410,
  },
  NOT_RINGING_HERE: {
    blame: "caller",
    say: "That call does not ring at this terminal.",
    cure: "Answer it where it rings.",
    http: 409,
  },
  ANSWERED_ELSEWHERE: {
    blame: "caller",
    say: "Another terminal has answered this call.",
    cure: "Have the call handed over from there.",
    http: 409,
  },
  STORE_FULL: {
    blame: "us",
    say: "The disk that holds this station's data is full.",
    cure: "Free space on the disk, or give the data a larger one.",
  },
  STORE_READ_ONLY: {
    blame: "us",
    say: "This station may not write to its data.",
    cure: "Give the station's user write access to the data directory and its files, and mount the disk for writing.",
  },
  STORE_CORRUPT: {
    blame: "us",
    say: "This station's data is damaged.",
    cure: "Keep a copy of the damaged data, check the disk, then restore the latest backup.",
  },
  STORE_NEWER: {
    blame: "us",
    say: "This station's data was written by a newer version of Parley.",
    cure: "Start the newer version again, or restore a backup that was made before it.",
  },
  STORE_IN_USE: {
    blame: "us",
    say: "Another station process holds this party's data.",
    cure: "Stop the other process; only one may write for a party.",
  },
  STORE_UNREACHABLE: {
    blame: "us",
    say: "The database of this station cannot be reached.",
    cure: "Start the database, and check DATABASE_URL, its user and its password.",
  },
  STORE_UNSAFE: {
    blame: "us",
    say: "The database of this station is set up so that a power cut loses data.",
    cure: "Set fsync, full_page_writes and synchronous_commit to on in the database's configuration.",
  },
  STORE_FAILED: {
    blame: "us",
    say: "The disk or the database of this station failed while writing.",
    cure: "Check the disk or the database, then start the station again.",
  },
  STORE_CLOSED: {
    blame: "us",
    say: "This station is shutting down.",
    cure: "Try again when it has started.",
    http: 503,
  },
  BACKUP_EXISTS: {
    blame: "caller",
    say: "A file of that name exists already.",
    cure: "Name a file that does not exist; a backup never overwrites.",
    http: 409,
  },
  BACKUP_UNWRITABLE: {
    blame: "caller",
    say: "The backup cannot be written there.",
    cure: "Name a file in a directory that exists, has room, and may be written to by the station's user.",
    http: 400,
  },
  BACKUP_UNREADABLE: {
    blame: "caller",
    say: "That file is not a complete backup of a Parley station.",
    cure: "Use a file that `parley backup` wrote, and copy it again if it was cut short.",
    http: 400,
  },
  SIGNATURE_INVALID: {
    blame: "peer",
    say: "A signature is not the signer's.",
    cure: "Do not rely on what it covers; report it with the time to the other party over another channel.",
    http: 400,
  },
  ID_CARD_INVALID: {
    blame: "peer",
    say: "A party's card does not prove the party that it names.",
    cure: "Do not use it; ask the other party for its card over another channel.",
    http: 400,
  },
  ID_CARD_STALE: {
    blame: "peer",
    say: "An older party card was sent again.",
    cure: "Nothing: the newer card stays in force.",
    http: 409,
  },
  ID_CARD_CONFLICT: {
    blame: "peer",
    say: "A root key signed two different cards with one number.",
    cure: "Stop using the link; the other party should replace its root key.",
    http: 409,
  },
  ID_ROOT_CHANGED: {
    blame: "peer",
    say: "A party presents another root key than the one that was paired.",
    cure: "Ask the other party over another channel; pair anew if the change is theirs.",
    http: 409,
  },
  ID_CERTIFICATE_STALE: {
    blame: "peer",
    say: "An older station certificate was sent again.",
    cure: "Nothing: the newer certificate stays in force.",
    http: 409,
  },
  ID_CERTIFICATE_CONFLICT: {
    blame: "peer",
    say: "A root key signed two different station certificates with one number.",
    cure: "Stop using the link; the other party should replace its root key.",
    http: 409,
  },
  ID_SUCCESSION_GAP: {
    blame: "peer",
    say: "A station key follows one that is not known here.",
    cure: "Nothing: the station asks for the entries between by itself.",
    http: 409,
  },
  ID_SUCCESSION_UNCOMMITTED: {
    blame: "peer",
    say: "Someone with a party's old station key tried to name a new one, and could not.",
    cure: "Tell the other party that its station key has been copied; its root should certify a new one.",
    http: 409,
  },
  ID_SUCCESSION_FORK: {
    blame: "peer",
    say: "A station key has two successors, so somebody else holds it.",
    cure: "The link is frozen and both are kept; the other party's root must certify its station anew.",
    http: 409,
  },
  ID_LINE_FROZEN: {
    blame: "peer",
    say: "The link is frozen because a key of the other party is in doubt.",
    cure: "Wait for the other party's root to certify its station anew, then confirm it over another channel.",
    http: 409,
  },
  ID_STATION_KEY_STALE: {
    blame: "peer",
    say: "A station showed a key that it should have replaced long ago.",
    cure: "If the other side's clock is right, somebody has an old copy of its key; ask them over another channel.",
    http: 403,
  },
  ID_CREDENTIAL_EARLY: {
    blame: "peer",
    say: "A terminal's credential is not valid yet by this machine's clock.",
    cure: "Check the clocks of both sides.",
    http: 403,
  },
  ID_CREDENTIAL_EXPIRED: {
    blame: "peer",
    say: "A terminal's credential has expired.",
    cure: "Let the terminal reach its own station; it renews by itself.",
    http: 403,
  },
  ID_CREDENTIAL_TOO_LONG: {
    blame: "peer",
    say: "A terminal's credential claims a longer life than any may have.",
    cure: "Update the other party's station.",
    http: 403,
  },
  ID_CREDENTIAL_FOREIGN: {
    blame: "peer",
    say: "A credential does not end at a root that is pinned for this link.",
    cure: "Nothing: who holds it is not admitted.",
    http: 403,
  },
  ID_REVOKED: {
    blame: "peer",
    say: "What was presented has been cut off.",
    cure: "Enrol the terminal anew, or pair anew, if it should come back.",
    http: 403,
  },
  ID_REVOCATION_UNDUE: {
    blame: "peer",
    say: "A cut-off was signed by someone without the power to do it.",
    cure: "Nothing: it has no effect.",
    http: 403,
  },
  ID_NOT_SET_UP: {
    blame: "us",
    say: "This station has no root certificate yet.",
    cure: "Run `parley init` on this machine.",
    http: 409,
  },
  ID_NOT_DUE: {
    blame: "caller",
    say: "That is not due yet.",
    cure: "Nothing: the station does it by itself in time.",
    http: 409,
  },
  ID_CODE_UNKNOWN: {
    blame: "caller",
    say: "That code is wrong, used or expired.",
    cure: "Ask a duty officer for a new code.",
    http: 403,
  },
  ID_OFFICER_UNKNOWN: {
    blame: "caller",
    say: "This passkey belongs to no duty officer of this station.",
    cure: "Sign in with another passkey, or ask another officer to add this one.",
    http: 403,
  },
  ID_OFFICER_EXISTS: {
    blame: "caller",
    say: "That officer or passkey is here already.",
    cure: "Use it as it is, or choose another name.",
    http: 409,
  },
  ID_FIRST_OFFICER_DONE: {
    blame: "caller",
    say: "This station has its first officer already.",
    cure: "Ask an officer for an invitation.",
    http: 409,
  },
  ID_SECOND_OFFICER_DUE: {
    blame: "caller",
    say: "A second duty officer must confirm this.",
    cure: "Ask another officer to confirm it with their passkey.",
    http: 409,
  },
  ID_SAME_OFFICER: {
    blame: "caller",
    say: "The second confirmation must come from another officer.",
    cure: "Ask another officer to confirm it with their passkey.",
    http: 409,
  },
  ID_LAST_PASSKEY: {
    blame: "caller",
    say: "This is the last passkey that can sign in here.",
    cure: "Add another passkey or officer first.",
    http: 409,
  },
  ID_ACT_UNKNOWN: {
    blame: "caller",
    say: "There is nothing to confirm under that name; it may have lapsed.",
    cure: "Start it again.",
    http: 404,
  },
  ID_TERMINAL_UNKNOWN: {
    blame: "caller",
    say: "No such terminal is enrolled here.",
    cure: "Enrol it with a new code.",
    http: 404,
  },
  ID_TERMINAL_REMOVED: {
    blame: "caller",
    say: "This terminal has been cut off.",
    cure: "Enrol it anew with a new code if it should come back.",
    http: 403,
  },
  ID_MANIFEST_UNKNOWN: {
    blame: "caller",
    say: "This terminal runs code that its station has not served.",
    cure: "Reload the page; if it says so again, check how the page reaches this browser.",
    http: 403,
  },
  ID_PEER_UNKNOWN: {
    blame: "caller",
    say: "No such party is linked with this station.",
    cure: "Pair with it first.",
    http: 404,
  },
  KEYS_PASSPHRASE_WRONG: {
    blame: "caller",
    say: "The passphrase does not open the root key.",
    cure: "Type it again, or restore the root from its 24 words.",
    http: 403,
  },
  KEYS_WORDS_WRONG: {
    blame: "caller",
    say: "Those 24 words are not a root key's.",
    cure: "Compare each word with the paper; one of them is wrong or misplaced.",
    http: 400,
  },
  KEYS_FILE_MISSING: {
    blame: "us",
    say: "A key file of this station is not where it should be.",
    cure: "Restore it from a backup, or have the root certify a new station key.",
  },
  KEYS_FILE_DAMAGED: {
    blame: "us",
    say: "A key file of this station cannot be read.",
    cure: "Restore it from a backup, or have the root certify a new station key.",
  },
  KEYS_FILE_OPEN: {
    blame: "us",
    say: "A key file can be read by other users of this machine.",
    cure: "Set its permissions to 0600 and those of its folder to 0700, and consider the key known to them.",
  },
  PAIR_OFFER_UNREADABLE: {
    blame: "caller",
    say: "That is not a pairing offer, or it was cut short.",
    cure: "Copy the whole offer again.",
    http: 400,
  },
  PAIR_OFFER_EXPIRED: {
    blame: "caller",
    say: "The pairing offer has expired.",
    cure: "Ask the other party for a new one.",
    http: 410,
  },
  PAIR_OFFER_USED: {
    blame: "peer",
    say: "The pairing offer has been answered already.",
    cure: "If the other party did not answer it, make a new offer and send it another way.",
    http: 409,
  },
  PAIR_UNKNOWN: {
    blame: "caller",
    say: "There is no such pairing here; it may have ended.",
    cure: "Make a new offer.",
    http: 404,
  },
  PAIR_OUT_OF_TURN: {
    blame: "peer",
    say: "A pairing message came out of turn.",
    cure: "Nothing: it has no effect.",
    http: 409,
  },
  PAIR_COMMIT_MISMATCH: {
    blame: "peer",
    say: "The other side revealed something else than it had promised.",
    cure: "Do not pair over this path; make a new offer and send it another way.",
    http: 409,
  },
  PAIR_BUNDLE_INVALID: {
    blame: "peer",
    say: "The other side's identity does not hold together.",
    cure: "Ask the other party to run `parley doctor`; pair anew.",
    http: 409,
  },
  PAIR_KEY_INVALID: {
    blame: "peer",
    say: "The other side's pairing key cannot be used.",
    cure: "Update the older of the two sides, then make a new offer.",
    http: 409,
  },
  PAIR_PROOF_INVALID: {
    blame: "peer",
    say: "The other side could not prove its keys; somebody may be in between.",
    cure: "Make a new offer and send it another way.",
    http: 409,
  },
  PAIR_WORDS_DIFFER: {
    blame: "peer",
    say: "The words differ, so somebody is in between or the wrong screens were compared.",
    cure: "Both sides have deleted this pairing; make a new offer and send it another way.",
    http: 409,
  },
  PAIR_TIMEOUT: {
    blame: "network",
    say: "The pairing was not finished in time.",
    cure: "Make a new offer when both sides are ready.",
    http: 408,
  },
  PAIR_CANCELLED: {
    blame: "peer",
    say: "The other side ended the pairing.",
    cure: "Ask them why over another channel; make a new offer.",
    http: 409,
  },
  PAIR_ROOT_CHANGED: {
    blame: "peer",
    say: "This party is linked already with another root key.",
    cure: "Stop: ask the party over another channel. If the change is theirs, cut the old link off and pair anew.",
    http: 409,
  },
  PAIR_ALREADY_LINKED: {
    blame: "caller",
    say: "This party is linked already.",
    cure: "Use the link that exists, or cut it off before pairing anew.",
    http: 409,
  },
  PAIR_LINE_TOO_LONG: {
    blame: "us",
    say: "Our station key has been handed over too often since the root last signed it.",
    cure: "Have the root sign the station key once more, then pair.",
    http: 409,
  },
  REKEY_UNFIT: {
    blame: "caller",
    say: "This does not key a line again that these two parties have under the roots that they know of each other.",
    cure: "Have both officers look at which line it is; where a root has changed, pair anew.",
    http: 409,
  },
  PAIR_SELF: {
    blame: "caller",
    say: "A party cannot be paired with itself.",
    cure: "Import the offer at the other party's station.",
    http: 409,
  },
  LINK_UNKNOWN: {
    blame: "caller",
    say: "There is no such line.",
    cure: "Choose one of the lines that are shown, or pair anew.",
    http: 404,
  },
  TERMINAL_IN_USE: {
    blame: "caller",
    say: "This terminal is in another call.",
    cure: "End that call first, or use another terminal.",
    http: 409,
  },
  TERMINAL_UNKNOWN: {
    blame: "caller",
    say: "That terminal is not enrolled here, or is not on.",
    cure: "Switch it on, or enrol it.",
    http: 404,
  },
  MLS_MALFORMED: {
    blame: "peer",
    say: "A message about the call's keys could not be read.",
    cure: "Update the older of the two sides; if both are current, report it.",
  },
  MLS_OTHER_GROUP: {
    blame: "peer",
    say: "A message about keys belongs to another call.",
    cure: "Nothing to do; if it comes again and again, end the call and report it.",
  },
  MLS_OTHER_EPOCH: {
    blame: "network",
    say: "A change of keys arrived out of its order.",
    cure: "Nothing to do: the terminal asks for what it missed, or joins the call's keys anew.",
  },
  MLS_UNAUTHENTIC: {
    blame: "peer",
    say: "A message about the call's keys was not signed or sealed by a member of the call.",
    cure: "If it comes again, end the call, call again, and report it to your security officer.",
  },
  MLS_INVALID: {
    blame: "peer",
    say: "A change of the call's keys breaks the rules for such changes.",
    cure: "Update the older of the two sides; if both are current, report it.",
  },
  MLS_PROPOSAL_FORBIDDEN: {
    blame: "peer",
    say: "A member asked for a change of the group that calls do not know.",
    cure: "Update the older of the two sides; if both are current, report it.",
  },
  MLS_PATH_MISSING: {
    blame: "peer",
    say: "A change of keys would have left someone who was removed able to listen. It was refused.",
    cure: "Update the other side's station, then call again.",
  },
  MLS_LEAF_CHANGED_HANDS: {
    blame: "peer",
    say: "A place in the call would have passed from one terminal to another. It was refused.",
    cure: "End the call and report it to your security officer.",
  },
  MLS_TERMINAL_TWICE: {
    blame: "peer",
    say: "One terminal would have been in the call twice. The second one was refused.",
    cure: "Nothing to do; if it comes again, restart that terminal.",
  },
  MLS_KEY_REUSED: {
    blame: "peer",
    say: "A change of keys used a key that is in use already. It was refused.",
    cure: "Update the other side's station, then call again.",
  },
  MLS_CREDENTIAL_REFUSED: {
    blame: "peer",
    say: "A terminal could not prove that it belongs to a party of this line.",
    cure: "Ask the other party to check that terminal's enrolment.",
  },
  MLS_PSK_MISSING: {
    blame: "peer",
    say: "The line's own secret is missing on one side: link not confirmed.",
    cure: "Call again; if it stays, renew the line's keys with two officers on each side.",
  },
  MLS_GROUP_FULL: {
    blame: "caller",
    say: "The call has as many terminals as it can hold.",
    cure: "Remove a terminal that is not needed, then add the other one.",
  },
  MLS_KEY_PACKAGE_STALE: {
    blame: "peer",
    say: "A terminal's invitation to the call's keys is too old or not yet valid.",
    cure: "Check the clocks of both stations, then call again.",
  },
  PEER_UNREACHABLE: {
    blame: "network",
    say: "The other station cannot be reached.",
    cure: "Nothing: it is tried again for as long as it takes. Check this side's network; then ask the other party whether their station runs.",
    http: 503,
  },
  PEER_TIMED_OUT: {
    blame: "network",
    say: "The other station did not answer in time.",
    cure: "Nothing: it is tried again for as long as it takes. Ask the other party if it stays so.",
    http: 504,
  },
  PEER_LOST: {
    blame: "network",
    say: "The connection to the other station broke.",
    cure: "Nothing: it comes back by itself.",
    http: 503,
  },
  PEER_TLS_REFUSED: {
    blame: "peer",
    say: "The other station, or something in between, did not agree to the encryption that Parley requires.",
    cure: "Check that the address is the other party's station and that nothing on the path opens TLS.",
    http: 502,
  },
  PEER_CERTIFICATE_REFUSED: {
    blame: "peer",
    say: "What answered at the other station's address did not show a station's certificate.",
    cure: "Check that the address is the other party's station and that nothing on the path opens TLS.",
    http: 502,
  },
  PEER_KEY_UNKNOWN: {
    blame: "peer",
    say: "A station showed a key that nothing this side knows leads to.",
    cure: "Ask the other party over another channel whether that is their station; somebody may be in between.",
    http: 502,
  },
  PEER_LINK_UNKNOWN: {
    blame: "peer",
    say: "The other station does not hold this link.",
    cure: "Ask the other party whether they ended it; pair anew if they did.",
    http: 502,
  },
  PEER_VERSION: {
    blame: "peer",
    say: "The two stations speak no common version of the protocol.",
    cure: "Update the older of the two stations; they can be one version apart.",
    http: 502,
  },
  PEER_BROKE_RULES: {
    blame: "peer",
    say: "The other station sent something that the protocol forbids.",
    cure: "Update the older of the two sides; if both are current, report it.",
    http: 502,
  },
  PEER_FORGED: {
    blame: "peer",
    say: "A message on the link was not signed by the other station.",
    cure: "Tell the other party over another channel; nothing of it had any effect.",
    http: 502,
  },
  PEER_SLOW: {
    blame: "peer",
    say: "The other station does not read what it is sent.",
    cure: "Nothing: it is sent again. Ask the other party if it stays so.",
    http: 504,
  },
  PEER_ENDED: {
    blame: "peer",
    say: "The other station closed the connection.",
    cure: "Nothing: it comes back by itself.",
    http: 503,
  },
  PEER_BUSY: {
    blame: "network",
    say: "Too many unknown callers are at this station's door.",
    cure: "Try again in a minute; if it stays so, somebody is flooding the station.",
    http: 429,
  },
  PEER_RESTORED: {
    blame: "peer",
    say: "The other station has forgotten messages that it had taken, as after a restored backup.",
    cure: "The link is frozen; both parties' officers re-key it.",
    http: 409,
  },
  PEER_PASTS_DIFFER: {
    blame: "network",
    say: "The other station says that one of the two has forgotten messages, as after a restored backup; this one has seen no sign of which.",
    cure: "Ask the other party what its station found; if this side's disk was put back, it is this one. Both parties' officers re-key the link.",
    http: 409,
  },
  PEER_REMEMBERS_MORE: {
    blame: "us",
    say: "The other station has messages of ours that this station has forgotten, as after a restored backup.",
    cure: "The link is frozen; both parties' officers re-key it.",
    http: 409,
  },
  PEER_EFFECT_FAILED: {
    blame: "us",
    say: "This station could not act on a message of the other one.",
    cure: "Nothing is lost: it is tried again. Look in this station's log for the cause.",
    http: 500,
  },
  PEER_OUTBOX_FULL: {
    blame: "us",
    say: "Too many messages wait for the other station.",
    cure: "Get the link connected again, or end it.",
    http: 507,
  },
  PEER_PORT_TAKEN: {
    blame: "us",
    say: "This station cannot listen on the port for other stations.",
    cure: "Stop what uses the port, or give the station another port and tell it to the parties it is linked with.",
  },
  PEER_CLOSED: {
    blame: "caller",
    say: "This link is closed here.",
    cure: "Open it again, or pair anew.",
    http: 409,
  },
  TERMINAL_UNPROVEN: {
    blame: "caller",
    say: "This browser has not shown that it is a terminal of this station.",
    cure: "Open the page again; if that does not help, enrol the browser.",
    http: 401,
  },
  TERMINAL_REMOVED: {
    blame: "caller",
    say: "This terminal has been removed.",
    cure: "Ask a duty officer to enrol it anew.",
    http: 403,
  },
  OPEN_ELSEWHERE: {
    blame: "caller",
    say: "This terminal is open in another window.",
    cure: "Use that window, or close it and open this one again.",
    http: 409,
  },
  CONFIG_WRONG: {
    blame: "us",
    say: "The settings file has something in it that Parley does not understand.",
    cure: "Correct the setting that is named, then start again.",
  },
  LEDGER_MALFORMED: {
    blame: "caller",
    say: "A part of the record cannot be read.",
    cure: "Get the file again from the station that wrote it; if it is the same, report it.",
    http: 400,
  },
  LEDGER_FORKED: {
    blame: "peer",
    say: "Their station has signed two records that contradict each other.",
    cure: "Keep both, freeze the link, and ask the other party through another channel what happened to its station.",
  },
  LEDGER_ROLLED_BACK: {
    blame: "peer",
    say: "Their record is shorter than one that their station signed before.",
    cure: "Ask the other party whether its station was restored from a backup; the link stays frozen until both have renewed their keys.",
  },
  LEDGER_UNPROVEN: {
    blame: "peer",
    say: "The proof that their record only grew does not hold.",
    cure: "Keep what they sent, freeze the link, and ask the other party through another channel.",
  },
  LEDGER_KEY_MISSING: {
    blame: "us",
    say: "The keys of this station's record are not certified by the root yet, so nobody witnesses the record.",
    cure: "Stop the station, run parley log-key with the root's passphrase or its 24 words, then start it again.",
    http: 409,
  },
  LEDGER_KEY_UNPROVEN: {
    blame: "peer",
    say: "The keys of their record are not certified by the root that is pinned for them.",
    cure: "Ask the other party whether its root has certified its record's keys; until then their record is not witnessed here.",
  },
  LEDGER_OWN_BROKEN: {
    blame: "us",
    say: "This station's record is not the one that it has signed before: entries were changed or are missing.",
    cure: "Keep the data folder as it is and compare it with a backup; until then nothing more of it is signed.",
    http: 409,
  },
  LEDGER_STOPPED: {
    blame: "us",
    say: "The other station no longer accepts this station's record, because it contradicts what was signed before.",
    cure: "Keep the data folder, tell the other party through another channel, and have the root begin the record anew with parley rekey.",
    http: 409,
  },
  RELAY_PORT_TAKEN: {
    blame: "us",
    say: "A port of this station's media relay is used by another program.",
    cure: "Stop that program, or give the relay another port.",
  },
  RELAY_ADDRESS_WRONG: {
    blame: "us",
    say: "This station's media relay cannot listen on the address it was given.",
    cure: "Give the relay an address of this machine, and a port that its user may use.",
  },
  RELAY_CERTIFICATE_WRONG: {
    blame: "us",
    say: "The certificate and key of this station's media relay do not fit together.",
    cure: "Give the relay a certificate in PEM and the key it was made with.",
  },
  SIGNAL_EARLY: {
    blame: "peer",
    say: "The other terminal spoke before it had shown who it is.",
    cure: "Nothing; it is heard as soon as it has.",
  },
  KEYS_REMOVED: {
    blame: "peer",
    say: "This terminal was taken out of the call's keys.",
    cure: "If that was not meant, end the call and call again.",
  },
  KEYS_FORKED: {
    blame: "network",
    say: "The two sides were told different things about the call's keys; both versions are kept as proof.",
    cure: "The keys are agreed anew by themselves; have the record looked at.",
  },
  SECRET_UNREADABLE: {
    blame: "us",
    say: "A link's secret in the database was sealed under another key than the one in the key folder.",
    cure: "Put back the key folder that belongs to this database, or restore both from one backup.",
  },
  LINK_MUST_REKEY: {
    blame: "us",
    say: "This line's secret may not be used: the station was restored from a backup, or the secret cannot be read.",
    cure: "Have two officers on each side key the line again; until then no call is placed or answered on it.",
    http: 409,
  },
  LINK_UNCONFIRMED: {
    blame: "peer",
    say: "The other station did not prove that it holds the line's next secret; the one in use stays.",
    cure: "Have both stations' records of the line compared.",
  },
  RECORD_UNFIT: {
    blame: "peer",
    say: "The other station said something about a call's record that does not fit ours.",
    cure: "Have both stations' records of that call compared.",
  },
  DRILL_UNFIT: {
    blame: "peer",
    say: "The other station said something about a drill that does not fit what was found here.",
    cure: "Look at the next drill; if this comes again, compare the versions of both stations.",
  },
  DRILL_GIVEN_UP: {
    blame: "us",
    say: "No drill was made: somebody uses the line or the terminal, or the other side is busy.",
    cure: "Try again in a minute.",
  },
  DRILLS_OFF: {
    blame: "us",
    say: "This station makes no drills.",
    cure: "Set drills.use to on in its settings.",
  },
  HERE_NOT_ASKED: {
    blame: "caller",
    say: "That question is no longer open: somebody answered it, or a newer one was asked.",
    cure: "Answer the one that the console shows now, if it shows one.",
    http: 409,
  },
  PEOPLE_UNANSWERED: {
    blame: "us",
    say: "Nobody answered in time when the station asked whether an officer is here.",
    cure: "Answer at a console now; if this comes again, look at the roster and at the hours that are set.",
  },
  PEOPLE_UNFIT: {
    blame: "peer",
    say: "The other station said something about its people that is not about this line, not signed by it, or too often.",
    cure: "Compare the versions of both stations; if both are current, report it.",
  },
  REHEARSER_OFF: {
    blame: "us",
    say: "This station starts no browser of its own for rehearsals.",
    cure: "Set drills.browser in its settings to auto or to the path of a Chromium, and start it anew.",
  },
  REHEARSER_AWAY: {
    blame: "us",
    say: "The browser that rehearses while no desk is open does not come to the station, however often it is started.",
    cure: "Start that browser by hand with the station's address to see why; then let it in again by parley enrol --role rehearser.",
  },
  PASSKEY_REFUSED: {
    blame: "caller",
    say: "The passkey was not accepted.",
    cure: "Try again with the passkey that this station knows; if it is lost, another officer can remove it.",
    http: 401,
  },
  OFFICER_UNPROVEN: {
    blame: "caller",
    say: "Only a duty officer may do that.",
    cure: "Sign in with a passkey first.",
    http: 401,
  },
  WEB_PORT_TAKEN: {
    blame: "us",
    say: "The port for this party's own browsers cannot be opened.",
    cure: "End the program that uses it, or set web.port to a free one.",
  },
  WEB_PLAIN_HTTP: {
    blame: "us",
    say: "The pages for browsers would be served without encryption to other machines.",
    cure: "Set web.certificate and web.key, or keep web.host on 127.0.0.1 and web.origin on a localhost name.",
  },
  WEB_CERTIFICATE_WRONG: {
    blame: "us",
    say: "The web certificate and its key cannot be read, or do not fit together.",
    cure: "Put a certificate in PEM and the key it was made with where web.certificate and web.key say; the station notices by itself.",
  },
  STORE_RESTORED: {
    blame: "us",
    say: "This data was restored from a backup, so others may know what it has forgotten: its keys must be made anew first.",
    cure: "Run parley rekey with the root's passphrase or its 24 words, then start the station.",
    http: 409,
  },
  PROBE_UNANSWERED: {
    blame: "peer",
    say: "The other station did not say how it reaches this one.",
    cure: "Try again in a minute; if it stays so, ask the other party to update their station.",
    http: 504,
  },
  CHECK_CLOCKS_DIFFER: {
    blame: "us",
    say: "The clocks of the two stations differ.",
    cure: "Set the clock of the side that is wrong, and keep it set (NTP or chrony).",
  },
  CHECK_CERTIFICATE_ENDED: {
    blame: "us",
    say: "A certificate that a port shows has ended.",
    cure: "Renew it into the same files; the station takes it up by itself.",
  },
  CHECK_CERTIFICATE_EARLY: {
    blame: "us",
    say: "A certificate that a port shows is not valid yet.",
    cure: "Check the clock of the side that shows it, and the certificate's dates.",
  },
  CHECK_CERTIFICATE_NAME: {
    blame: "us",
    say: "A certificate that a port shows is for another name.",
    cure: "Get one for the name in web.origin; browsers refuse any other.",
  },
  CHECK_CERTIFICATE_OTHER: {
    blame: "us",
    say: "A port shows another certificate than the one that it should.",
    cure: "Look in that station's log and restart it; if it was not restarted or renewed, somebody may stand in between.",
  },
  CHECK_PORT_SILENT: {
    blame: "us",
    say: "A port that should show a certificate does not answer.",
    cure: "Look in that station's log, and at the firewall before it.",
  },
  CHECK_ENDS_SOON: {
    blame: "us",
    say: "Something on the line ends soon and does not renew itself.",
    cure: "Renew it before its date (parley horizon lists all).",
  },
  CHECK_RENEWAL_FAILED: {
    blame: "us",
    say: "Something that renews itself has not.",
    cure: "Look in that station's log for why; a terminal renews while it is switched on.",
  },
  CHECK_RELAY_SILENT: {
    blame: "us",
    say: "A relay does not work on one of its transports.",
    cure: "Check turn.* in that side's settings, and look in its station's log.",
  },
  CHECK_RELAY_BLOCKED: {
    blame: "network",
    say: "A relay works on its own side and is not reached from the other on one of its transports.",
    cure: "Open the port in the firewall and forward it (the ports table in docs/OPERATING.md).",
  },
  CHECK_DISK_FAILS: {
    blame: "us",
    say: "What is written to a station's disk does not come back.",
    cure: "Give that station's user write access, mount the disk for writing, and look whether it is broken.",
  },
  CHECK_DISK_SLOW: {
    blame: "us",
    say: "A station's disk keeps its word slowly.",
    cure: "Give the data a disk of its own, or a faster one: every ring waits for it.",
  },
  CHECK_CERTIFICATE_UNFIT: {
    blame: "us",
    say: "The web certificate and its key on the disk do not fit together, so the ports go on showing the one before.",
    cure: "Put the certificate there that was made with that key, or the key with the certificate; the station takes them up by itself.",
  },
  CHECK_KEY_UNUSABLE: {
    blame: "us",
    say: "A key file of this station cannot be used any more; it still runs, and will not start again.",
    cure: "Put the file back from a copy before the next start, or have the root certify a new station key with parley rekey.",
  },
  CHECK_RECORD_BROKEN: {
    blame: "us",
    say: "This station's record is not the one that it has signed before, so it signs nothing more.",
    cure: "Keep the data folder as it is, compare it with a backup, and have the root begin the record anew with parley rekey.",
  },
  CHECK_DISK_FILLS: {
    blame: "us",
    say: "A station's disk will soon be full.",
    cure: "Free space on the disk, or give the data a larger one.",
  },
  CHECK_VERSIONS_APART: {
    blame: "us",
    say: "The two stations speak different newest versions of the protocol.",
    cure: "Update the older of the two before the newer one is updated again.",
  },
  CHECK_CHANGED: {
    blame: "us",
    say: "Program or settings have changed, and the line has not been rehearsed since.",
    cure: "Rehearse the line, or wait for the next rehearsal.",
  },
  CHECK_COUNTER_LOW: {
    blame: "us",
    say: "A counter will come to its end within ten years.",
    cure: "Tell the makers of Parley which one, before it does.",
  },
  CHECK_ZONES_DIFFER: {
    blame: "us",
    say: "The two stations show different local times for the same moment.",
    cure: "Update Node on the side with the older time-zone rules.",
  },
  CHECK_UNANSWERED: {
    blame: "peer",
    say: "The other station does not answer checks.",
    cure: "Look at that station's log; if its program is older, update it.",
  },
  LINE_DOWN: {
    blame: "network",
    say: "The line to the other station is down.",
    cure: "See why with parley status; where the fault is on the other side, reach its duty officer by telephone.",
  },
  DRILL_NOT_READY: {
    blame: "us",
    say: "The newest rehearsal of the line failed.",
    cure: "See the step and its cause with parley drill; where the fault is on the other side, reach its duty officer by telephone.",
  },
  DRILL_DEGRADED: {
    blame: "us",
    say: "The newest rehearsal of the line found something weak.",
    cure: "See the step and its cause with parley drill, and have it mended before it fails.",
  },
  DRILL_MISSED: {
    blame: "peer",
    say: "The other side did not rehearse the line when it was its turn.",
    cure: "Ask its duty officer whether the station runs and a desk's page is open there.",
  },
  ROOM_NOT_READY: {
    blame: "us",
    say: "No desk's room is fit for a call.",
    cure: "See each desk's newest test of its room at a console, under Terminals; the next set hour tests it again.",
  },
  ROOM_DEGRADED: {
    blame: "us",
    say: "No desk's room is whole.",
    cure: "See each desk's newest test of its room at a console, under Terminals, and have it mended before it fails.",
  },
  FRAMES_UNSEALED: {
    blame: "network",
    say: "Frames that nobody sealed arrived in a call.",
    cure: "None was shown or heard. If it goes on, end the call and compare programs with the other side.",
  },
  FRAMES_FORGED: {
    blame: "peer",
    say: "Somebody forged frames in a call.",
    cure: "A member of the call, or whoever holds its keys, did it. End the call, compare programs with the other side, and call again.",
  },
  CALL_MISSED: {
    blame: "us",
    say: "The other side called and was not answered.",
    cure: "Call back.",
  },
  FAR_UNATTENDED: {
    blame: "peer",
    say: "The other side has an alarm that nobody there has taken up.",
    cure: "Reach its duty officer by another channel, and say what it is.",
  },
  ALARM_WAY_FAILS: {
    blame: "us",
    say: "Alarms do not get through one of the ways that are set for them.",
    cure: "Try all ways with parley alarm test, and put right what it names.",
  },
  METRICS_PORT_TAKEN: {
    blame: "us",
    say: "The port for metrics cannot be opened.",
    cure: "End the program that uses it, or set metrics.port to a free one.",
  },
  STATION_NOT_RUNNING: {
    blame: "us",
    say: "No station answers for this data folder.",
    cure: "Start it with parley station, or name the right folder with --data.",
  },
  TERMINAL_NOT_BUILT: {
    blame: "us",
    say: "The pages for browsers have not been built.",
    cure: "Run npm run build, then start again.",
  },
  PARTY_EXISTS: {
    blame: "caller",
    say: "This data folder holds a party already.",
    cure: "Use it as it is, or name another folder with --data.",
    http: 409,
  },
  WORDS_NOT_KEPT: {
    blame: "caller",
    say: "The words were not confirmed as written down, so no party was made.",
    cure: "Have paper at hand, then run parley init again; it draws other words.",
  },
  WORDS_NOT_THESE: {
    blame: "caller",
    say: "The words that were given are not the four that this station shows.",
    cure: "Compare again; if the other side really shows other words, run parley pair differ.",
    http: 409,
  },
  STATION_RUNNING: {
    blame: "caller",
    say: "The station of this data folder is running, and this needs it at rest.",
    cure: "Run parley stop, then the same command again.",
    http: 409,
  },
  COMMAND_UNKNOWN: {
    blame: "caller",
    say: "There is no such command, or it has no such option.",
    cure: "See parley --help, or the command's --help.",
  },
  COMMAND_INCOMPLETE: {
    blame: "caller",
    say: "Something that the command needs was not given.",
    cure: "See the command's --help.",
  },
  CAMERA_MISSING: {
    blame: "us",
    say: "No camera is plugged in.",
    cure: "Plug one in; it is used as soon as it is there. A call goes on with sound alone.",
  },
  CAMERA_REFUSED: {
    blame: "us",
    say: "The browser refuses this page the camera.",
    cure: "Allow it beside the address, or in the browser’s policy on a kiosk. A call goes on with sound alone.",
  },
  CAMERA_BUSY: {
    blame: "us",
    say: "Another program holds the camera.",
    cure: "Close that program; the camera is tried again by itself. A call goes on with sound alone.",
  },
  MICROPHONE_MISSING: {
    blame: "us",
    say: "No microphone is plugged in.",
    cure: "Plug one in; it is used as soon as it is there. Until then nobody here is heard.",
  },
  MICROPHONE_REFUSED: {
    blame: "us",
    say: "The browser refuses this page the microphone.",
    cure: "Allow it beside the address, or in the browser’s policy on a kiosk. Until then nobody here is heard.",
  },
  MICROPHONE_BUSY: {
    blame: "us",
    say: "Another program holds the microphone.",
    cure: "Close that program; the microphone is tried again by itself. Until then nobody here is heard.",
  },
  SPEAKER_MISSING: {
    blame: "us",
    say: "No loudspeaker is plugged in.",
    cure: "Plug one in; it is used as soon as it is there. Until then nothing is heard here, a ring neither.",
  },
  SOUND_BLOCKED: {
    blame: "us",
    say: "The browser keeps this page silent.",
    cure: "Touch the screen or press any key once; on a kiosk, allow sound in the browser’s policy.",
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof table;

export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = table;

/** An error as code passes it on: its row in the table, and what in particular was wrong, for the log only. */
export type ParleyError = { readonly code: ErrorCode; readonly detail: string };

export const problem = (code: ErrorCode, detail = ""): ParleyError => ({ code, detail });
