// What the station's own process uses of the machine.

export function ownProcess(): { readonly cpuSeconds: number; readonly memoryBytes: number } {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1_000_000, memoryBytes: process.memoryUsage.rss() };
}
