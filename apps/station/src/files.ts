// Names in a station's data folder, for everybody who looks there.

/** The settings. */
export const configFile = "parley.json";
/** What parley init leaves: the root, which should leave the machine, and the command line officer's key, both under the passphrase. */
export const rootFile = "root.sealed";
export const officerFile = "officer.sealed";
/** What an external relay shares with the station, where the settings name nothing. */
export const turnSecretFile = "turn-secret";
/** What the browser keeps that rehearses while no desk is open: its key, above all. */
export const rehearserFolder = "rehearser";
/** The socket of the running station. */
export const adminSocket = "admin.sock";
