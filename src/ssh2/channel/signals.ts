/** RFC 4254 section 6.10. */
const SIGNALS = ['ABRT', 'ALRM', 'FPE', 'HUP', 'ILL', 'INT', 'QUIT', 'SEGV', 'TERM', 'USR1', 'USR2', 'KILL', 'PIPE']

/** The name of a signal as SSH sends it, without `SIG`. @throws Error for other names */
export function signalName(name: string): string {
  const short = String(name).toUpperCase().replace(/^SIG/, '')
  if (!SIGNALS.includes(short)) throw new Error(`Invalid signal: ${String(name)}`)
  return short
}
