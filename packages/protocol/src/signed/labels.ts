// The domain labels of everything that Parley signs or hashes. What is signed is label || 0x00 || struct, so no signature
// made for one kind of object can be shown as another's (rule ID1). A label is never reused for another struct;
// a struct that changes gets a new number.

export const labels = {
  party: "parley party v1",
  root: "parley root v1",
  key: "parley station key v1",
  card: "parley party card v1",
  stationCertificate: "parley station certificate v1",
  succession: "parley station succession v1",
  successionPossession: "parley station succession possession v1",
  witness: "parley succession witness v1",
  logCertificate: "parley log certificate v1",
  terminalRequest: "parley terminal request v1",
  terminalCertificate: "parley terminal certificate v1",
  chain: "parley chain v1",
  revocation: "parley revocation v1",
  ruling: "parley ruling v1",
  rootOrder: "parley root order v1",
  terminalCode: "parley terminal code v1",
  officerCode: "parley officer code v1",
  pairCommit: "parley pair v1 commit",
  pairWords: "parley pair v1 words",
  pairTranscript: "parley pair v1 transcript",
  pairLinkId: "parley pair v1 link id",
  pairLink: "parley pair v1 link 0",
  pairMac: "parley pair v1 mac",
  pairAnswer: "parley pair v1 answer",
  pairFinish: "parley pair v1 finish",
  pairMatch: "parley pair v1 match",
  rekeyDoor: "parley rekey v1 door",
  rekeyAsk: "parley rekey v1 ask",
  here: "parley here v1",
} as const;

export type Label = (typeof labels)[keyof typeof labels];
