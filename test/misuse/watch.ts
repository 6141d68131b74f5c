import { Worker } from 'node:worker_threads'

/** A thread that is told each call before it is made: a call that never gives back control is named, though nothing else in this process can say anything any more. */
export interface Watch extends AsyncDisposable {
  readonly about: (text: string) => void
  /** Every call that has held up the event loop for longer than it may, with the milliseconds. */
  readonly slow: readonly string[]
}

/** Milliseconds after which the thread names the call. */
const HANGS = 20_000
/** Most milliseconds of a call before it gives back control: key derivation in slices, megabytes of text, a busy machine. */
const MOST = Number(process.env.MISUSE_MOST ?? 5_000)

const THREAD = `
  const { parentPort } = require('node:worker_threads')
  const { writeSync } = require('node:fs')
  const { Session } = require('node:inspector')
  const say = (text) => writeSync(2, 'misuse: ' + text + '\\n')
  const tellStack = () => {
    const session = new Session()
    session.connectToMainThread()
    session.on('Debugger.paused', ({ params }) => {
      for (const { functionName, url, location } of params.callFrames.slice(0, 30)) say('  at ' + functionName + ' ' + url + ':' + (location.lineNumber + 1))
      session.post('Debugger.resume')
      session.disconnect()
    })
    session.post('Debugger.enable')
    session.post('Debugger.pause')
  }
  let last = '', since = Date.now(), told = false
  parentPort.on('message', (text) => { last = text; since = Date.now(); told = false })
  setInterval(() => {
    if (last === '' || told || Date.now() - since < ${HANGS}) return
    told = true
    say('the event loop has not turned for ${HANGS} ms since ' + last)
    tellStack()
  }, 1000).unref()
`

export function startWatch(): Watch {
  const worker = new Worker(THREAD, { eval: true })
  const slow: string[] = []
  let last = ''
  let cpu = process.cpuUsage()
  const turned = () => {
    const { user, system } = process.cpuUsage(cpu)
    const spent = Math.round((user + system) / 1000)
    if (last !== '' && spent > MOST) slow.push(`${spent} ms of CPU: ${last}`)
    last = ''
    worker.postMessage('')
  }
  return {
    slow,
    about(text) {
      if (last === '') {
        cpu = process.cpuUsage()
        setImmediate(turned)
      }
      last = last === '' ? text : `${last}; ${text}`
      worker.postMessage(last)
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
