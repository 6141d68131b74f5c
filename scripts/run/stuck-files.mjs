// A vitest reporter. A test file that blocks its thread cannot enforce its own time limit, and the run would wait for it for ever.
// This reporter prints where it hangs (its processes, and the JavaScript stack from V8's inspector) and ends it, so that the run fails with a name.
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** Longer than any test's own time limit. */
const LIMIT = Number(process.env.STUCK_AFTER_MS ?? 11 * 60_000)
/** Where scripts/ok.mjs finds the names of those files. */
const LIST = process.env.STUCK_FILES

export default class StuckFiles {
  /** When each running file last reported something. @type {Map<string, number>} */
  #heard = new Map()
  #timer

  onTestRunStart() {
    this.#timer = setInterval(() => void this.#check(), Math.min(LIMIT, 15_000))
    this.#timer.unref()
  }
  onTestRunEnd() { clearInterval(this.#timer) }
  onTestModuleQueued(module) { this.#heard.set(module.moduleId, Date.now()) }
  onTestModuleStart(module) { this.#heard.set(module.moduleId, Date.now()) }
  onTestModuleEnd(module) { this.#heard.delete(module.moduleId) }
  onTestCaseReady(test) { this.#progress(test) }
  onTestCaseResult(test) { this.#progress(test) }

  /** Results may be reported after the end of their file. */
  #progress({ module: { moduleId } }) { if (this.#heard.has(moduleId)) this.#heard.set(moduleId, Date.now()) }

  async #check() {
    for (const [file, last] of this.#heard) {
      if (Date.now() - last < LIMIT) continue
      this.#heard.delete(file)
      console.error(`\nSTUCK: ${file} has said nothing for ${Math.round((Date.now() - last) / 1000)} s`)
      console.error(execFileSync('ps', ['-p', family(process.pid).join(','), '-o', 'pid,ppid,stat,etimes,time,wchan:20,args', '--forest'], { encoding: 'utf8', timeout: 10_000 })
        .split('\n').map(line => line.slice(0, 220)).join('\n'))
      if (LIST) appendFileSync(LIST, `${file}\n`)
      const workers = workersOf(file)
      // Then the runner itself hangs, and nothing else ends it.
      if (workers.length === 0) process.exit(1)
      for (const pid of workers) {
        console.error(`STUCK: stack of ${pid}:\n${await stackOf(pid).catch(error => String(error))}`)
        for (const child of family(pid)) end(child)
      }
    }
  }
}

/** test/support/setup.ts writes the file's name into the title of its process. */
function workersOf(file) {
  return childrenOf(process.pid).filter(pid => { try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file) } catch { return false } })
}

function childrenOf(parent) {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).filter(pid => {
    try { return new RegExp(`\\) \\S ${parent} `).test(readFileSync(`/proc/${pid}/stat`, 'latin1')) } catch { return false }
  }).map(Number)
}

/** A process and all its descendants. */
function family(pid) { return [pid, ...childrenOf(pid).flatMap(family)] }

function end(pid) { try { process.kill(pid, 'SIGKILL') } catch { /* gone already */ } }

/** SIGUSR1 starts Node's inspector even if JavaScript never returns to its event loop. */
async function stackOf(pid) {
  process.kill(pid, 'SIGUSR1')
  await sleep(2000)
  const [target] = await (await fetch('http://127.0.0.1:9229/json/list', { signal: AbortSignal.timeout(5000) })).json()
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  try {
    return await new Promise((resolve, reject) => {
      setTimeout(() => resolve('not in JavaScript: it waits for its event loop, or in a system call'), 5000).unref()
      socket.on('error', reject)
      socket.on('open', () => {
        socket.send(JSON.stringify({ id: 1, method: 'Debugger.enable' }))
        socket.send(JSON.stringify({ id: 2, method: 'Debugger.pause' }))
      })
      socket.on('message', (/** @type {Buffer} */ data) => {
        const { method, params } = JSON.parse(data.toString('utf8'))
        if (method !== 'Debugger.paused') return
        resolve(params.callFrames.map(({ functionName, url, location }) => `  at ${functionName || '(anonymous)'} ${url}:${location.lineNumber + 1}:${location.columnNumber}`).join('\n'))
      })
    })
  } finally { socket.terminate() }
}
