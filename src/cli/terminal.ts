import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ReadStream, WriteStream } from 'node:tty'
import { Writable } from 'node:stream'
import type { Person } from './host-key-policy.ts'

/** The person at the terminal: questions go to /dev/tty, so that stdin and stdout stay the remote command's. */
export class Terminal implements Person {
  readonly #quiet: boolean

  constructor(quiet = false) {
    this.#quiet = quiet
  }

  tell(text: string): void {
    if (!this.#quiet) process.stderr.write(`${visible(text)}\n`)
  }

  ask(question: string): Promise<string | undefined> {
    return prompt(question, true)
  }

  /** A question whose answer is not shown. */
  askSecret(question: string): Promise<string | undefined> {
    return prompt(question, false)
  }
}

async function prompt(question: string, echo: boolean): Promise<string | undefined> {
  const streams = openTerminal()
  if (!streams) return undefined
  const { input, output } = streams
  output.write(visible(question))
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input, output: echo ? output : silent, terminal: true })
  try {
    return await new Promise((resolve) => {
      reader.once('close', () => resolve(undefined))
      reader.once('SIGINT', () => reader.close())
      reader.question('', resolve)
    })
  } finally {
    reader.close()
    if (!echo) output.write('\n')
    input.destroy()
    output.destroy()
  }
}

/** `undefined` where there is no terminal, as in a script: then nobody can be asked. */
function openTerminal(): { input: ReadStream, output: WriteStream } | undefined {
  try {
    return { input: new ReadStream(openSync('/dev/tty', 'r')), output: new WriteStream(openSync('/dev/tty', 'w')) }
  } catch {
    return undefined
  }
}

/** What a server sends could steer the terminal: control characters, line ends and tabs apart, are shown as such. */
export function visible(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
