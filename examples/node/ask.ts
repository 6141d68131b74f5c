import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Asks the user at the terminal; without `echo` the typed text is not shown. */
export function ask(question: string, echo: boolean): Promise<string> {
  process.stderr.write(visible(question))
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: echo ? process.stderr : silent, terminal: process.stdin.isTTY })
  return new Promise((resolve) => {
    reader.question('', (answer) => {
      reader.close()
      if (!echo) process.stderr.write('\n')
      resolve(answer)
    })
  })
}

/** A server's text could control the terminal, so control characters are escaped. */
function visible(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
