import { Deadline } from '../abort/deadline.ts'
import { onAbort } from '../abort/on-abort.ts'
import type { Exit } from '../bindings/channel/channel.ts'
import { record } from '../errors/arguments.ts'
import { CommandError } from '../errors/command-error.ts'
import { printable } from '../errors/printable.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { SSH_EXTENDED_DATA_STDERR } from '../ffi/constants.gen.ts'
import { joinBytes } from '../wire-format/bytes.ts'
import { partsOf, type SendableParts } from '../wire-format/parts-of.ts'
import { acknowledgeUnlessSent } from './acknowledge.ts'
import type { LiveChannel } from './live-channel.ts'
import type { Started } from './process.ts'
import { type ExecOptions, execStart, type Place, started } from './start-process.ts'

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

/** Runs a command to its end. @throws TypeError, RangeError for invalid options before anything is sent. */
export async function run(place: Place, command: string, options: RunOptions): Promise<RunResult> {
  const { stdin, check, timeout, maxBuffer = Infinity, signal, ...others } = record(options, 'options')
  const input = stdin === undefined ? undefined : partsOf(stdin, 'stdin')
  if (typeof maxBuffer !== 'number') throw new TypeError('maxBuffer must be a number of bytes')
  if (!(maxBuffer >= 0)) throw new RangeError('maxBuffer must be 0 or more bytes')
  const failed = (code: string, message: string, exit?: Exit) => new CommandError(message, { code, exit, stdout: stdout.text, stderr: stderr.text })
  using deadline = signal === undefined && timeout === undefined ? undefined : new Deadline(signal, timeout, (limit) => failed('ERR_COMMAND_TIMEOUT', `the command was ended after ${limit} ms`))
  let running: Started | undefined
  // Sent before the channel is closed: a close does not reach a command that writes nothing.
  const kill = () => { running?.live.complete(() => running!.live.channel.signal('TERM')).catch(() => {}) }
  using _ending = { [Symbol.dispose]: onAbort(deadline?.signal, kill) }
  const tooMuch = (name: string) => () => {
    kill()
    running?.live.end(failed('ERR_COMMAND_MAX_BUFFER', `the command has written more than ${maxBuffer} bytes to ${name}`))
  }
  const stdout = new Collector(maxBuffer, tooMuch('stdout'))
  const stderr = new Collector(maxBuffer, tooMuch('stderr'))
  running = await started(place, execStart(command, { ...others, signal: deadline?.signal }))
  const { live, terminal } = running
  // Otherwise the output would wait behind the reply. An empty input ends at once, which says it too.
  if (input && !terminal) acknowledgeUnlessSent(place.session)
  try {
    const all = Promise.all([live.exit, stdout.take(live, 0), stderr.take(live, SSH_EXTENDED_DATA_STDERR), feed(running, input)])
    const [exit] = await (deadline?.run(all) ?? all)
    if (check && exit.code !== 0) throw failed('ERR_COMMAND_FAILED', `the command ${howEnded(exit)}${tail(stderr.text)}`, exit)
    const [stdoutBytes, stderrBytes] = [stdout.bytes, stderr.bytes]
    return { stdout: decoder.decode(stdoutBytes), stderr: decoder.decode(stderrBytes), stdoutBytes, stderrBytes, exit }
  } finally {
    // Nobody gets this reason: what failed has its own.
    live.end(undefined)
  }
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

  /** Resolves at the end of the stream. @throws the reason for which the channel ends before */
  take(live: LiveChannel, stream: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const flow = live.flow(stream, (parts) => {
        if (parts.length === 0) return resolve()
        if (parts.every((part) => this.#fits(part))) flow.ask()
        // Not within the driver's pass: what is sent for it goes out before the channel ends.
        else queueMicrotask(this.#full)
      }, reject)
      live.onEnd(reject)
      flow.ask()
    })
  }

  /** Takes a part, as far as there is room. */
  #fits(part: Uint8Array): boolean {
    const room = this.#most - this.#size
    this.#size += part.length
    this.#chunks.push(part.length > room ? part.subarray(0, room) : part)
    return part.length <= room
  }
}

/** Sends input and EOF. If a command does not read all of its input, that is no error. */
async function feed({ live, input }: Started, parts: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  try {
    if (parts) {
      for await (const part of parts) {
        live.check()
        await (input ?? live).write(part)
      }
    }
    await input?.flush()
    await live.sendEof()
  } catch (error) {
    if (live.channel.session.failure || !(error instanceof SSHError)) throw error
  }
}
