import { spawn } from 'node:child_process'

/** Set in the process that goes on in the background. */
const MARK = 'LIBSSH2_WASM_BACKGROUND'

/** Whether this process is the one of `-f` that goes on. */
export const isInBackground = () => process.env[MARK] === '1' && process.send !== undefined

/**
 * `-f`: a process cannot be divided here, so that a second one does all the work, and tells when it has logged in and its forwardings are open; then the first one ends.
 * @returns the exit code to end with
 */
export function goOnInBackground(argv: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...argv], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...process.env, [MARK]: '1' } })
  return new Promise((resolve, reject) => {
    child.once('message', () => {
      child.disconnect()
      child.unref()
      resolve(0)
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 255))
  })
}

/** Tells the first process that it may end. */
export function tellForeground(): void {
  if (!isInBackground()) return
  delete process.env[MARK]
  process.send?.('ready')
  process.disconnect?.()
}
