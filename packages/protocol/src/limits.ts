// Every bound of the protocol in one place, each with its unit in its name or type and its reason; "chosen" says there is none.

/** Largest envelope between stations, bytes. A ring with three SDP offers is under 40 kB; the rest is room. */
export const maxEnvelopeBytes = 256 * 1024;

/** Largest message between terminal and station, bytes: an envelope's payload in base64url fits. */
export const maxTerminalMessageBytes = 384 * 1024;

/** A party's, terminal's or person's name, bytes of UTF-8: chosen. */
export const maxNameBytes = 120;

/** The name of an alarm, by which it is acknowledged: its kind and a hash now; two ids and some words before. */
export const maxAlarmIdBytes = 200;

/** What an alarm is about in particular, bytes: a port, a zone, a transport. Chosen. */
export const maxAlarmAboutBytes = 200;

/** Alarms that a station keeps at hand: more than anybody works through; the ledger has all. */
export const maxAlarmsKept = 100;

/** Alarms of a linked party that nobody took up there and that are kept for each link: chosen, far more than one officer hears. */
export const maxFarAlarms = 8;

/** Deliveries of alarms that wait for a way to work again: chosen; the oldest are given up for newer ones. */
export const maxDeliveries = 300;

/** A credential chain (root bundle, station and terminal certificates), bytes: 10.9 kB measured, succession of keys travels apart. */
export const maxChainBytes = 16 * 1024;

/** Generations of a link secret that a station can hold at once: the confirmed one, the next, and one left by a lost race. */
export const maxGenerations = 4;

/** One message from terminal to terminal through the stations, bytes: a welcome with the ratchet tree of five terminals is 15 kB, an offer 8 kB. */
export const maxSignalBytes = 64 * 1024;

/** Largest ledger event, bytes: what the 16-bit length of a C2SP tlog-tiles entry bundle can hold; a drill report of both sides is under 16 kB. */
export const maxEventBytes = 0xffff;

/** Largest document a station keeps under a key, bytes: chosen. */
export const maxDocBytes = 1024 * 1024;

/** Longest life of a terminal's credential, milliseconds: 7 days, so that a lost terminal is out within the week even where no cut-off arrives. */
export const maxTerminalLifetimeMs = 7 * 86_400_000;

/** How far two machines' clocks may lie apart where a date is checked, milliseconds. */
export const maxClockSkewMs = 5 * 60_000;

/** Root generations a party may go through, hence cards in its lineage: chosen. */
export const maxRootGenerations = 8;

/** Station addresses on a party's card: chosen. */
export const maxStationAddresses = 8;

/** Successions of station keys in one greeting: 14 years of 5.5 kB each, which a hello's room for them holds. */
export const maxSuccessionsAtOnce = 170;

/** Largest pairing message, bytes: a bundle with the successions of 14 years (170 of 5.5 kB) and three cards fits. */
export const maxPairingMessageBytes = 1024 * 1024;

/** Successions in a pairing bundle; after these (14 years) the root signs the station's key once more before the next pairing. */
export const maxPairingSuccessions = 170;

/** Largest pairing offer, bytes: its base64url (1,366 characters) still makes a QR code that a phone reads off a screen. */
export const maxOfferBytes = 1024;

/** Largest MLS message, bytes: a Welcome of 50 members in the X-Wing suite is 136 kB; the rest is room. */
export const maxMlsMessageBytes = 192 * 1024;

/** Leaves of a call's MLS group: the key id of a frame has 8 bits for the leaf (RFC 9605 section 5.2). */
export const maxLeaves = 256;

/** Largest TURN message or ChannelData, bytes, either way: a browser's largest is near 1,300, the rest is room for jumbo frames. */
export const maxTurnFrameBytes = 9000;

/** Most attributes in one STUN message: a CreatePermission for 24 peers fits. */
export const maxStunAttributes = 32;

/** Longest name in a TURN username (what follows "<expiry>:"), bytes of UTF-8; two ids in base64url and a word fit. */
export const maxTurnNameBytes = 128;

/** An envelope's fields beside its payload, bytes, signature included; peer/envelope is held against it by a test. */
export const envelopeOverheadBytes = 179;

/** Largest payload of an envelope between stations, bytes. */
export const maxEnvelopePayloadBytes = maxEnvelopeBytes - envelopeOverheadBytes;

/** Station key successions in one hello, bytes: ten years of monthly rolls at 8 kB each. */
export const maxSuccessionsBytes = 1024 * 1024;

/** Largest hello between stations, bytes: its successions and less than 1 kB of fixed fields. */
export const maxHelloBytes = maxSuccessionsBytes + 1024;

/** Messages that either side may send on one pairing connection: the ceremony has five, the rest is room. */
export const maxPairingMessages = 16;

/** Envelopes, and bytes of them, that may be on their way unacknowledged: a ring with its answers is four; chosen. */
export const maxEnvelopesInFlight = 32;
export const maxEnvelopeBytesInFlight = 1024 * 1024;

/** Envelopes that may wait for a peer that is away: two years of hourly checkpoints thrice over. */
export const maxOutboxEnvelopes = 65_536;

/** 2025-01-01, milliseconds since 1970: this program is younger, so a clock that says less has lost its time, as a machine's does without its battery. */
export const noClockBefore = Date.UTC(2025, 0, 1);

/** How often a station key hands over, milliseconds: 30 days. */
export const stationKeyPeriodMs = 30 * 86_400_000;

/** Age beyond which a station key is taken for a stolen copy, milliseconds: 45 days, since a living station hands over after 30 and at once on waking. */
export const maxStationKeyAgeMs = 45 * 86_400_000;

/** Successions since one station certificate that a pin remembers: 84 years of 30 days. */
export const maxSuccessions = 1024;

/** Newest cut-offs that a pin remembers for one party: chosen; an older one's credentials ran out long before. */
export const maxRevocations = 1024;

/** Newest revoked station keys that a pin remembers for one party: each takes a theft and the root's own hand. */
export const maxRevokedKeys = 64;

/** Terminals of one party that took part in one call, as its entry lists them: chosen. */
export const maxEntryTerminals = 32;

/** Receipts that a call's entry names: six kinds for each of eight desks that rang, rounded up. */
export const maxEntryReceipts = 64;

/** How long a message between stations may be on its way without its age saying so, milliseconds: a link that is silent for longer is given up (a ping's interval and the wait for its answer). */
export const maxUncountedWayMs = 30_000;

/** Frames that one media digest covers: a second of 60 Hz picture is 60, and after a stall of the worker there are more. */
export const maxDigestFrames = 512;

/** Largest media digest, bytes: its hashes (32 each), an ML-DSA-87 signature (4,627) and 256 of its own. */
export const maxMediaDigestBytes = maxDigestFrames * 32 + 4_700 + 256;

/** How long an offer may wait to be imported, milliseconds: a day; the station key is not handed over while one waits. */
export const maxOfferLifetimeMs = 86_400_000;

/** From the first message of a pairing to the last, milliseconds: machines alone take part. */
export const pairingExchangeMs = 2 * 60_000;

/** How long people may take to compare the words, milliseconds: they may have to find each other on a telephone first. */
export const pairingCompareMs = 30 * 60_000;

/** How long a pairing that one side finished waits for proof that the other did, milliseconds: a long weekend and more. */
export const pairingUnconfirmedMs = 7 * 86_400_000;

/** A checkpoint with its signatures, bytes, and its signatures: 16 must be accepted (C2SP signed-note), post-quantum ones have near 5 kB each. */
export const maxNoteBytes = 256 * 1024;
export const maxNoteSignatures = 32;

/** Body of a ledger entry, bytes: with its head and eight signatures it stays an event. */
export const maxEntryBodyBytes = 60_000;

/** What is pinned of a party, bytes: its card and key line, with room for all the revocations that a pin may hold. */
export const maxPinBytes = 128 * 1024;

/** Life of a one-time code for a terminal or an officer, milliseconds: the time to walk to the other room. */
export const codeLifetimeMs = 15 * 60_000;

/** How long an act waits for its second officer, milliseconds: a cut-off that nobody confirms within the hour was not meant. */
export const secondOfficerMs = 60 * 60_000;

/** Duty officers of a station, passkeys of an officer, and terminals of a party that are not cut off: chosen. */
export const maxOfficers = 64;
export const maxPasskeys = 8;
export const maxTerminals = 1000;

/** A passkey's credential id and its COSE public key, bytes: the id's bound is WebAuthn's, an ML-DSA-87 key has 2,592. */
export const maxCredentialIdBytes = 1023;
export const maxPasskeyBytes = 4096;

/** Parts of a passkey's answer as the ledger keeps them, bytes: a browser writes under 300 bytes of client data, an ML-DSA-87 signature has 4,627. */
export const maxClientDataBytes = 2048;
export const maxAuthenticatorDataBytes = 2048;
export const maxPasskeySignatureBytes = 8192;

/** Words of one linked station about its people that go into the ledger in an hour: a question has two at most, each hour of the day may have one. */
export const maxPeopleWordsAnHour = 60;

/** Loudspeakers that a terminal's test of its room plays a chirp through: chosen. */
export const maxSpeakersTested = 8;

/** What a check tells the other side, at most: counters, zones, ports of a relay and dated things; chosen. */
export const maxCheckCounters = 16;
export const maxCheckZones = 8;
export const maxCheckPlaces = 12;
export const maxDated = 32;

/** Changes of what checks of one line found that are kept: chosen. */
export const maxCheckHistory = 50;

/** Findings of one line that terminals are told, gravest first: chosen. */
export const maxCheckFindings = 30;

/** What one probe may ask a linked station to try: every kind on four addresses; chosen. */
export const maxProbeTargets = 20;

/** Chains that a greeting carries besides its sender's own: one of each other terminal of a call of two parties, and one from before a renewal. */
export const maxOtherChains = 4;

/** Tones of a drill's sweep that a report lists: chosen. */
export const maxDrillBands = 16;

/** A drill's report with both parts, bytes: two parts of under 1 kB each; the rest is room. */
export const maxDrillReportBytes = 8192;

/** Drills that a desk shows as ticks: two days of hourly ones. */
export const maxDrillTicks = 48;

/** Days of drills that a console is told of at once, and drills of one line that a station keeps at hand for it: a quarter of a year of them every half hour. */
export const maxDrillDays = 91;
export const maxDrillsAtHand = 4400;
