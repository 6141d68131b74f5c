/** Runs a client process and returns the kernel's figures for it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The longest that one run may take, in milliseconds. */
const LIMIT = 240_000

export interface MeasuredProcess {
  readonly stdout: string
  readonly stderr: string
  /** When the process had ended, on the clock of `performance.now()`. */
  readonly ended: number
  readonly cpu: number
  readonly memory: number
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** A file descriptor or `'pipe'` for stdin, and for stdout. */
  readonly stdin?: number
  readonly stdout?: number
  /** An exit status other than 0 that is not a failure. */
  readonly status?: number
  /** Called with the process as soon as it runs. */
  readonly watch?: (child: ChildProcessWithoutNullStreams) => void
}

/** GNU time reads the kernel's figures for the process and the children that it waited for. @throws Error with its stderr if it fails. */
export async function measured(command: readonly string[], { env, stdin, stdout, status, watch }: RunOptions = {}): Promise<MeasuredProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-time-'))
  const figures = join(folder, 'figures')
  try {
    const child = spawn('/usr/bin/time', ['-q', '-f', '%U %S %M', '-o', figures, ...command], {
      stdio: [stdin ?? 'pipe', stdout ?? 'pipe', 'pipe'], env: { ...process.env, ...env }, detached: true,
    }) as ChildProcessWithoutNullStreams
    let out = ''
    let err = ''
    child.stdout?.on('data', (chunk: Buffer) => { out += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
    watch?.(child)
    let late = false
    const timer = setTimeout(() => {
      late = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, LIMIT)
    const { code, ended } = await new Promise<{ code: number | null, ended: number }>((resolve, reject) => {
      let exited = 0
      child.once('error', reject)
      child.once('exit', () => { exited = performance.now() })
      child.once('close', (exit) => resolve({ code: exit, ended: exited }))
    })
    clearTimeout(timer)
    if (late) throw new Error(`took longer than ${LIMIT / 1000} s`)
    if (code !== 0 && code !== status) throw new Error(lastLines(err) || `ended with ${code}`)
    const [user = 0, system = 0, kilobytes = 0] = readFileSync(figures, 'utf8').trim().split('\n').at(-1)!.split(' ').map(Number)
    return { stdout: out, stderr: err, ended, cpu: user + system, memory: kilobytes * 1024 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The essence of an error: the line with the message in Node's report, otherwise the last line. */
function lastLines(text: string): string {
  const lines = text.trim().split('\n')
  return (lines.find((line) => /^\w*Error\b/.test(line.trim())) ?? lines.at(-1) ?? '').trim().slice(0, 200)
}
