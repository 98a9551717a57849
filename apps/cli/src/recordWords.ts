// A record's verdict in English, for the command line; the auditor's page has the same in its catalogues.
import type { Audit, AuditRow } from "@parley/ledger/audit";
import type { Difference } from "@parley/ledger/compareRecords";

const kinds: Readonly<Record<Audit["kind"], string>> = {
  complete: "complete",
  gaps: "not complete",
  broken: "broken: something in it is not what was signed",
  rollback: "rolled back: its station has signed more than it shows",
  fork: "forked: its station has signed two histories",
};

const gapsText = (n: number): string => (n === 0 ? "no gaps" : n === 1 ? "1 gap" : `${n} gaps`);

const signedText = ({ signedBy }: Audit): string => {
  if (signedBy.length === 0) return "signed by nobody";
  if (signedBy.length === 1) return `signed by ${signedBy[0]} alone`;
  return signedBy.length === 2 ? "both signed" : `signed by ${signedBy.join(", ")}`;
};

/** "Northmark: complete, both signed, no gaps; 1,204 entries, 310 of them signed by both stations." */
export const verdictLine = (audit: Audit): string =>
  `${audit.party.name}: ${kinds[audit.kind]}, ${signedText(audit)}, ${gapsText(audit.gaps)}; ` +
  `${audit.entries} of ${audit.size} entries are here, ${audit.joint.signed} of ${audit.joint.of} joint ones are signed by their parties.`;

const range = (from: number, to: number): string => (from === to ? `entry ${from}` : `entries ${from} to ${to}`);

const time = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

export function rowLine(row: AuditRow): string {
  switch (row.type) {
    case "gap":
      return `${range(row.from, row.to)}: missing`;
    case "withheld":
      return `${range(row.from, row.to)}: withheld; the hashes are here and fit`;
    case "uncovered":
      return `${range(row.from, row.to)}: under no checkpoint`;
    case "alone":
      return `${range(row.from, row.to)}: not yet cosigned by another party`;
    case "malformed":
      return `entry ${row.index}: cannot be read (${row.why})`;
    case "clockBack":
      return `entry ${row.index}: the station's clock went back by ${row.by / 1000} s`;
    case "clockUncertain":
      return row.by === null
        ? `entry ${row.index}: nobody watched ${row.party}'s clock during this call`
        : `entry ${row.index}: ${row.party}'s times of this call may be ${row.by / 1000} s off`;
    case "unsigned":
      return `a checkpoint of ${row.size} entries: the signature of ${row.by} does not hold`;
    case "checkpoint": {
      const by = row.witnesses.map(({ name, at }) => `${name} at ${time(at)} UTC`).join(", ");
      const holds = { matches: "fits", contradicts: "CONTRADICTS the entries", untold: "cannot be told" }[row.holds];
      return `checkpoint of ${row.size} entries ${holds}${by === "" ? "" : `; cosigned by ${by}`}`;
    }
    case "fork":
      return `two signed histories of ${row.size} entries`;
    case "rollback":
      return `${row.signed} entries were signed, ${row.shown} are shown`;
    case "falseTile":
      return `${row.path}: not the hashes of these entries`;
    case "joint":
      return `entry ${row.index}: not signed by its parties (${row.verdict.type})`;
    case "asserted":
      return `${row.entries} entries rest on a station key of ${row.party} that only this record vouches for; compare with ${row.party}'s own copy`;
    case "unproven":
      return `${row.party}: ${row.what} does not hold`;
    case "differs":
      return `entry ${row.index}: the two stations' accounts of this call differ in ${row.fields.join(", ")}`;
    default:
      return row satisfies never;
  }
}

export const differenceLine = ({ only, item }: Difference): string =>
  `only in ${only}'s copy: entry ${item.index}, ${item.kind}${item.at === null ? "" : `, ${time(item.at)} UTC`}`;
