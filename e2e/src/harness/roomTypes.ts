// What the script that a test puts into a desk's page counts.
declare global {
  // `var` is what puts a name on globalThis.
  /** Connections to other terminals that the page has made. */
  var parleyConnections: number;
}

export {};
