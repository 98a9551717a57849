// Zone rules of another release, for a Node that is started with ICU_TIMEZONE_FILES_DIR: the running Node's own rules, taken out of its
// executable, in which one zone has another's. Format: ICU's common data (udata.h, "CmnD") and resource bundles (uresdata.h, "ResB").
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const item = "zoneinfo64.res";

/** The item's bytes, out of ICU's data as they lie in the executable. */
function rulesOf(executable: Buffer): Buffer {
  for (let at = executable.indexOf("CmnD"); at >= 0; at = executable.indexOf("CmnD", at + 1)) {
    const header = at - 12;
    if (executable.readUInt16LE(header + 2) !== 0x27da) continue;
    const contents = header + executable.readUInt16LE(header);
    const count = executable.readUInt32LE(contents);
    const entry = (n: number): { readonly name: string; readonly begins: number } => {
      const name = contents + executable.readUInt32LE(contents + 4 + 8 * n);
      return {
        name: executable.toString("latin1", name, executable.indexOf(0, name)),
        begins: contents + executable.readUInt32LE(contents + 8 + 8 * n),
      };
    };
    for (let n = 0; n + 1 < count; n++)
      if (entry(n).name.endsWith(`/${item}`))
        return Buffer.from(executable.subarray(entry(n).begins, entry(n + 1).begins));
  }
  throw new Error("this Node does not bring its own zone rules");
}

/** Of a bundle: its words from the root on, its root table, and its strings. */
function bundleOf(bytes: Buffer) {
  const root = bytes.readUInt16LE(0);
  const word = (n: number): number => bytes.readUInt32LE(root + 4 * n);
  const units = root + 4 * word(2);
  const offsetOf = (resource: number): number => resource & 0x0fffffff;
  const typeOf = (resource: number): number => resource >>> 28;
  const textAt = (unit: number): string => {
    const at = units + 2 * unit;
    const end = (from: number): number => (bytes.readUInt16LE(from) === 0 ? from : end(from + 2));
    return bytes.toString("utf16le", at, end(at));
  };
  const top = offsetOf(word(0));
  const count = bytes.readUInt16LE(root + 4 * top);
  const values = root + 4 * top + 4 * Math.ceil((1 + count) / 2);
  const valueOf = (key: string): number => {
    for (let n = 0; n < count; n++) {
      const name = root + bytes.readUInt16LE(root + 4 * top + 2 + 2 * n);
      if (bytes.toString("latin1", name, bytes.indexOf(0, name)) === key) return bytes.readUInt32LE(values + 4 * n);
    }
    throw new Error(`no ${key} among the zone rules`);
  };
  return { root, units, offsetOf, typeOf, textAt, valueOf };
}

const [ofWords, ofUnits] = [8, 9];

/** A folder of rules, one letter of a release back, in which `zone` has those of `other`. Throws where this Node's have another form. */
export function zoneFiles(folder: string, zone: string, other: string): string {
  const bytes = rulesOf(readFileSync(process.execPath));
  const { root, units, offsetOf, typeOf, textAt, valueOf } = bundleOf(bytes);
  const [names, zones] = [valueOf("Names"), valueOf("Zones")];
  if (typeOf(names) !== ofUnits || typeOf(zones) !== ofWords) throw new Error("zone rules of a form that is not known");
  const first = units + 2 * offsetOf(names);
  const all = Array.from({ length: bytes.readUInt16LE(first) }, (_, n) =>
    textAt(bytes.readUInt16LE(first + 2 + 2 * n)),
  );
  const place = (name: string): number => {
    const index = all.indexOf(name);
    if (index < 0) throw new Error(`no zone ${name}`);
    return root + 4 * (offsetOf(zones) + 1 + index);
  };
  bytes.writeUInt32LE(bytes.readUInt32LE(place(other)), place(zone));
  const release = process.versions["tz"] ?? "";
  const written = bytes.indexOf(Buffer.from(release, "utf16le"));
  if (written < 0) throw new Error("zone rules without their release");
  bytes.write("2025a", written, "utf16le");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, item), bytes);
  return folder;
}
