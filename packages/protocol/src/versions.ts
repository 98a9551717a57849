// The versions of the protocol between stations. A station speaks its own and the one before.

export const protocolVersion = 1;
export const oldestProtocolVersion = 1;
