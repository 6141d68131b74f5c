import type { CaseName, Metric } from './job.ts'

export const TITLES: Readonly<Record<Metric, string>> = {
  resident: 'resident memory', webAssembly: 'WebAssembly memory', javaScript: 'JavaScript heap', descriptors: 'file descriptors', handles: 'handles', serverSessions: 'sshd processes',
}

/** What each case is, and how much the project wants of it. */
export const WANTED: Readonly<Record<CaseName, { readonly title: string, readonly unit: string, readonly amount: number }>> = {
  connections: { title: 'one after the other: connect, a command, close; every second one in a shared instance', unit: 'connections', amount: 10_000 },
  'at-once': { title: 'at once, an instance each; each says 2 kB to a `cat` every 5 s and compares the answer', unit: 'sessions', amount: 1000 },
  'at-once-shared': { title: 'the same in one shared instance', unit: 'sessions', amount: 1000 },
  gigabytes: { title: 'one session, up and down, new keys every 64 MB (`RekeyLimit 64M`), SHA-256 compared in both directions', unit: 'GB', amount: 50 },
  idle: { title: 'one session without use, a keepalive every second', unit: 'minutes', amount: 30 },
}

export function format(metric: Metric, value: number): string {
  return metric === 'resident' || metric === 'webAssembly' || metric === 'javaScript' ? `${(value / 1e6).toFixed(1)} MB` : String(Math.round(value))
}
