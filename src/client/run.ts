import { Deadline } from '../abort/deadline.ts'
import { onAbort } from '../abort/on-abort.ts'
import type { Exit } from '../bindings/channel/channel.ts'
import { record } from '../errors/arguments.ts'
import { CommandError } from '../errors/command-error.ts'
import { printable } from '../errors/printable.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { joinBytes } from '../wire-format/bytes.ts'
import { partsOf, type SendableParts } from '../wire-format/parts-of.ts'
import type { Process } from './process.ts'
import type { ExecOptions } from './start-process.ts'

export interface RunOptions extends ExecOptions {
  /** Sent to the command's stdin, followed by EOF. Without it stdin is empty. */
  readonly stdin?: SendableParts | undefined
  /** Rejects with a `CommandError` unless the command ends with code 0. */
  readonly check?: boolean | undefined
  /** Milliseconds after which the command is ended (`TERM`, then its channel is closed) and a `CommandError` thrown; 0 and `Infinity` are no limit. */
  readonly timeout?: number | undefined
  /** The most bytes of stdout, and as many of stderr. If there are more, the command is ended and a `CommandError` thrown. No limit by default. */
  readonly maxBuffer?: number | undefined
}

export interface RunResult {
  /** The command's output as UTF-8; `stdoutBytes` and `stderrBytes` are the bytes. */
  readonly stdout: string
  readonly stderr: string
  readonly stdoutBytes: Uint8Array
  readonly stderrBytes: Uint8Array
  /** A non-zero code is a result, not an error, unless `check` is set. */
  readonly exit: Exit
}

/** Characters of stderr that a message shows. */
const TAIL = 300

/** Runs a command to its end. @param start begins it; its errors, and those for invalid stdin, come before anything is sent. */
export async function run(start: (options: ExecOptions) => Promise<Process>, options: RunOptions): Promise<RunResult> {
  const { stdin = '', check, timeout, maxBuffer = Infinity, signal, ...others } = record(options, 'options')
  const input = partsOf(stdin, 'stdin')
  if (typeof maxBuffer !== 'number') throw new TypeError('maxBuffer must be a number of bytes')
  if (!(maxBuffer >= 0)) throw new RangeError('maxBuffer must be 0 or more bytes')
  const failed = (code: string, message: string, exit?: Exit) => new CommandError(message, { code, exit, stdout: stdout.text, stderr: stderr.text })
  using deadline = new Deadline(signal, timeout, (limit) => failed('ERR_COMMAND_TIMEOUT', `the command was ended after ${limit} ms`))
  const tooMuch = (name: string) => () => deadline.end(failed('ERR_COMMAND_MAX_BUFFER', `the command has written more than ${maxBuffer} bytes to ${name}`))
  const stdout = new Collector(maxBuffer, tooMuch('stdout'))
  const stderr = new Collector(maxBuffer, tooMuch('stderr'))
  let process: Process | undefined
  // Sent before the channel is closed: a close does not reach a command that writes nothing.
  using _ending = { [Symbol.dispose]: onAbort(deadline.signal, () => { process?.kill().catch(() => {}) }) }
  process = await start({ ...others, signal: deadline.signal })
  await using running = process
  await deadline.run(Promise.all([stdout.take(running.stdout), stderr.take(running.stderr), feed(running, input)]))
  const exit = await running.exit
  if (check && exit.code !== 0) throw failed('ERR_COMMAND_FAILED', `the command ${howEnded(exit)}${tail(stderr.text)}`, exit)
  return { stdout: stdout.text, stderr: stderr.text, stdoutBytes: stdout.bytes, stderrBytes: stderr.bytes, exit }
}

function howEnded({ code, signal }: Exit): string {
  if (signal !== null) return `was ended by the signal ${printable(signal)}`
  return code === null ? 'ended, and the server does not say how' : `ended with code ${code}`
}

function tail(text: string): string {
  const words = text.trim()
  return words && `: ${words.length > TAIL ? '…' : ''}${printable(words.slice(-TAIL), TAIL)}`
}

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** Collects one stream. */
class Collector {
  readonly #chunks: Uint8Array[] = []
  readonly #most: number
  readonly #full: () => void
  #size = 0

  constructor(most: number, full: () => void) {
    this.#most = most
    this.#full = full
  }

  get bytes(): Uint8Array {
    return joinBytes(this.#chunks)
  }

  get text(): string {
    return decoder.decode(this.bytes)
  }

  /** Does not use a `Response`: in browsers that rejects with its own error in place of the stream's. */
  async take(stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const room = this.#most - this.#size
      this.#size += value.length
      this.#chunks.push(value.length > room ? value.subarray(0, room) : value)
      if (value.length > room) return this.#full()
    }
  }
}

/** Sends input and EOF. If a command does not read all of its input, that is no error. */
async function feed(process: Process, input: AsyncIterable<Uint8Array>): Promise<void> {
  const writer = process.stdin.getWriter()
  try {
    for await (const part of input) await writer.write(part)
    await writer.close()
  } catch (error) {
    if (process.channel.session.failure || !(error instanceof SSHError)) throw error
  }
}
