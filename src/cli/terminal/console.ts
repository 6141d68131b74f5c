import { closeSync, openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { writeSync } from 'node:fs'
import { TerminalModes } from './modes.ts'
import { suspendProcess } from './suspend.ts'

/** Where the user is asked, so that stdin and stdout stay those of the remote command. */
export interface Console {
  readonly input: number
  readonly output: number
}

/** Names of the console: one file on Unix, two on Windows. */
export function consoleFiles(platform: NodeJS.Platform): { readonly input: string, readonly output: string } {
  return platform === 'win32' ? { input: '\\\\.\\CONIN$', output: '\\\\.\\CONOUT$' } : { input: '/dev/tty', output: '/dev/tty' }
}

/** `undefined` without a terminal, as in a script: then nobody can be asked. */
export function openConsole(platform: NodeJS.Platform = process.platform): Console | undefined {
  const files = consoleFiles(platform)
  let input: number | undefined
  try {
    input = openSync(files.input, platform === 'win32' ? 'r+' : 'r')
    return { input, output: openSync(files.output, platform === 'win32' ? 'r+' : 'w') }
  } catch {
    if (input !== undefined) closeSync(input)
    return undefined
  }
}

/** How a question is asked. */
export interface Asking {
  /** Whether the answer is shown. */
  readonly echo: boolean
  /** Ctrl-C means that there is no answer; otherwise it ends the program. */
  readonly interruptible?: boolean
}

/**
 * Shows a question and reads a line. Without echo, the echo is turned off before the question appears, so that text typed at once stays
 * hidden. As in ssh, what was typed before the question is no answer to it, and what follows a secret is not for the next program: a password that was
 * typed twice would be shown there. The echo is turned on again however the question ends: Ctrl-C then exits the program, unless the question is
 * interruptible; Ctrl-Z stops it, and it asks again when it continues.
 */
export async function askAt({ input, output }: Console, question: string, { echo, interruptible = false }: Asking): Promise<string | undefined> {
  const modes = new TerminalModes(input)
  const stream = new ReadStream(input)
  const begin = () => {
    if (!modes.changeAndDiscard(...echo ? [] : ['-echo'], ...interruptible ? ENDS_LINE : []) && !echo && !isRaw(stream)) return false
    writeSync(output, question)
    return true
  }
  const restore = () => {
    if (!echo) modes.changeAndDiscard()
    modes.restore()
    if (!echo) writeSync(output, '\n')
  }
  const stopListening = () => {
    for (const signal of FATAL) process.off(signal, interrupted)
    process.off('SIGTSTP', suspended)
  }
  const suspended = () => {
    restore()
    process.off('SIGTSTP', suspended)
    suspendProcess()
    process.on('SIGTSTP', suspended)
    begin()
  }
  let giveUp = () => {}
  const interrupted = (signal: NodeJS.Signals) => {
    if (interruptible && signal === 'SIGINT') return giveUp()
    restore()
    stopListening()
    process.kill(process.pid, signal)
  }
  for (const signal of FATAL) process.on(signal, interrupted)
  process.on('SIGTSTP', suspended)
  try {
    if (!begin()) return undefined
    return await Promise.race([readLine(stream, interruptible), new Promise<undefined>((resolve) => { giveUp = () => { resolve(undefined) } })])
  } finally {
    stopListening()
    restore()
    stream.destroy()
    closeSync(output)
    closeGiven(input)
  }
}

/** Ctrl-C ends the line, and is its last character: a signal could come behind what is typed next, which would be taken for the answer. */
const ENDS_LINE = ['intr', 'undef', 'eol', '^C']
const FATAL = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** On Unix the stream has read, and has closed, a descriptor of its own: libuv opens a terminal anew. On Windows it has closed this one. */
function closeGiven(input: number): void {
  if (process.platform === 'win32') return
  try {
    closeSync(input)
  } catch {
    // This system could not open it anew.
  }
}

/** Without stty(1), as on Windows, Node's raw mode shows nothing, and this code edits the line. */
function isRaw(stream: ReadStream): boolean {
  return stream.setRawMode(true).isRaw
}

/** Reads up to the end of the line; undefined at the end of the input, and at Ctrl-C if that is a character here. */
function readLine(stream: ReadStream, interruptible: boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      for (const character of chunk) {
        if (character === '\n' || character === '\r') return resolve(text)
        if ((stream.isRaw || interruptible) && character === '\x03') return resolve(undefined)
        if (stream.isRaw && character === '\x04') return resolve(undefined)
        text = stream.isRaw && (character === '\x7f' || character === '\b') ? text.slice(0, -1) : text + character
      }
    })
    stream.on('end', () => resolve(text === '' ? undefined : text))
    stream.on('error', () => resolve(undefined))
  })
}
