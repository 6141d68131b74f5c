import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

/** A program that a test started. Owner: the helper that started it; `stop()` must be called. */
export interface Peer {
  readonly pid: number
  /** Everything that the program wrote to stdout and stderr so far. */
  log(): string
  /** Resolves with the exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Ends the program and all its descendants with SIGTERM, after a second with SIGKILL. */
  stop(): Promise<void>
  /** Ends the program and all its descendants with SIGKILL: what a crash looks like to the client. */
  kill(): Promise<void>
  /** Resolves when `log()` matches; rejects with the log when the program ends or the time is over. */
  logged(pattern: RegExp, timeoutMs?: number): Promise<void>
}

export interface PeerOptions {
  readonly cwd?: string
  /** Added to the environment of the test. */
  readonly env?: Readonly<Record<string, string>>
}

const live = new Map<ChildProcess, string>()

/** The command lines of programs that tests started and did not stop. */
export function livePeers(): string[] {
  return [...live.values()]
}

/** Ends them all. */
export async function endPeers(): Promise<void> {
  const ended = [...live.keys()].map((child) => new Promise((resolve) => child.once('exit', resolve)))
  for (const child of live.keys()) signalAll(child, 'SIGKILL')
  await Promise.all(ended)
}

export async function startPeer(command: string, args: readonly string[], options: PeerOptions = {}): Promise<Peer> {
  // The kernel ends it with this process, which may be killed before it can stop anything.
  const words = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', command, ...args] : [command, ...args]
  const child = spawn(words[0] as string, words.slice(1), {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  const watchers = new Set<() => void>()
  const note = (chunk: string) => {
    log += chunk
    for (const watcher of watchers) watcher()
  }
  child.stdout.setEncoding('utf8').on('data', note)
  child.stderr.setEncoding('utf8').on('data', note)
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      live.delete(child)
      resolve(code)
      for (const watcher of watchers) watcher()
    })
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  live.set(child, [command, ...args].join(' '))

  const end = async (signal: NodeJS.Signals) => {
    const family = signalAll(child, signal)
    const hard = setTimeout(() => signalAll(child, 'SIGKILL'), 1000)
    await exited
    clearTimeout(hard)
    // A process that ignored the signal has lost its parent now, and could not be found any more.
    for (const pid of family) signalOne(pid, 'SIGKILL')
  }
  const logged = (pattern: RegExp, timeoutMs = 30_000) =>
    new Promise<void>((resolve, reject) => {
      const settle = (problem?: string) => {
        clearTimeout(timer)
        watchers.delete(check)
        if (problem === undefined) resolve()
        else reject(new Error(`${command} ${problem}, waiting for ${pattern}:\n${log}`))
      }
      const check = () => {
        if (pattern.test(log)) settle()
        else if (child.exitCode !== null || child.signalCode !== null) settle('ended')
      }
      const timer = setTimeout(() => settle(`said nothing like it in ${timeoutMs} ms`), timeoutMs)
      watchers.add(check)
      check()
    })
  return { pid: child.pid as number, log: () => log, exited, stop: () => end('SIGTERM'), kill: () => end('SIGKILL'), logged }
}

/** A server's sessions leave its process group (setsid), so they are found by their parents. Returns the processes found. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): number[] {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return []
  const family = [...descendants(child.pid), child.pid]
  for (const pid of family) signalOne(pid, signal)
  return family
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has already ended by itself.
  }
}

/** Process ids of children, grandchildren and so on, as Linux's /proc tells; none elsewhere. */
export function descendants(root: number): number[] {
  const children = new Map<number, number[]>()
  let entries: string[]
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  for (const entry of entries) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
    } catch {
      // It ended while the list was read.
    }
  }
  const found: number[] = []
  for (let queue = [root], pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    const next = children.get(pid) ?? []
    found.push(...next)
    queue.push(...next)
  }
  return found
}
