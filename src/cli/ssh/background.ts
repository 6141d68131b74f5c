import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** Set in a process that continues in the background: which part of the work it has. */
const MARK = 'LIBSSH2_WASM_BACKGROUND'

/** `session`: all the work of `-f`. `master`: a connection that others share, and that outlives the program that wanted it (ControlPersist). */
export type BackgroundRole = 'session' | 'master'

/** The role of this process, if it is a background process. */
export function backgroundRole(): BackgroundRole | undefined {
  const role = process.env[MARK]
  return process.send !== undefined && (role === 'session' || role === 'master') ? role : undefined
}

/**
 * A process cannot fork here, so a second one starts with the same command line, and reports when it has logged in and its forwardings are open.
 * @returns undefined when it has reported; otherwise its exit code
 */
export function startInBackground(argv: readonly string[], role: BackgroundRole): Promise<number | undefined> {
  // A master outlives this program: whoever reads this program's output must not wait for the master.
  const own = role === 'master' ? 'ignore' : 'inherit'
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...argv], { stdio: [own, own, 'inherit', 'ipc'], env: { ...process.env, [MARK]: role } })
  return new Promise((resolve, reject) => {
    child.once('message', () => {
      child.disconnect()
      child.unref()
      resolve(undefined)
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 255))
  })
}

/** What the keyboard of the terminal, and its end, send to all that was started there: a background process goes on. */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGHUP'] as const

/** Tells the first process that it may go on, or exit. From now on signals of the terminal end nothing here. */
export function tellForeground(): void {
  if (!backgroundRole()) return
  for (const signal of process.platform === 'win32' ? [] : FROM_TERMINAL) process.on(signal, () => {})
  delete process.env[MARK]
  process.send?.('ready')
  process.disconnect?.()
}

/** Lets go of descriptors that programs elsewhere wait for the end of: the null device takes their place. */
export function releaseDescriptors(descriptors: readonly number[]): void {
  if (process.platform === 'win32') return
  for (const descriptor of descriptors) {
    closeSync(descriptor)
    // The system gives the lowest number that is free: this one.
    openSync('/dev/null', 'r+')
  }
}
