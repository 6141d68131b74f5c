import { createHash } from 'node:crypto'

/** A text of `size` bytes or a little more, in lines of which no two are alike: what is lost, doubled or out of order changes its hash. */
export function pastedText(size: number): string {
  const lines: string[] = []
  for (let length = 0, line = 0; length < size; line++) {
    const text = createHash('sha256').update(`line ${line}`).digest('base64')
    lines.push(text)
    length += text.length + 1
  }
  return `${lines.join('\n')}\n`
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * What runs in the terminal. It says when the terminal no longer echoes, and the hash of what it got until Ctrl-D; the words are written so that
 * a shell's echo of the command is not taken for them.
 */
export const RECEIVER = 'stty -echo; printf "READ%s\\n" Y; cat | sha256sum; printf "DON%s\\n" E'
export const READY = /READY/
export const DONE = /DONE/

/** The hash that the receiver printed. */
export function hashIn(output: string): string | undefined {
  return /\b([0-9a-f]{64})\b/.exec(output)?.[1]
}
