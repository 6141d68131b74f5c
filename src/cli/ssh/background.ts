import { spawn } from 'node:child_process'

/** Set in the process that continues in the background. */
const MARK = 'LIBSSH2_WASM_BACKGROUND'

/** Whether this is the background process of `-f`. */
export const isInBackground = () => process.env[MARK] === '1' && process.send !== undefined

/**
 * `-f`: a process cannot fork here, so a second one does all the work, and reports when it has logged in and its forwardings are open; then
 * the first one exits.
 * @returns the exit code
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

/** Tells the first process that it may exit. */
export function tellForeground(): void {
  if (!isInBackground()) return
  delete process.env[MARK]
  process.send?.('ready')
  process.disconnect?.()
}
