import { isSameCall, type Step } from '../../core/lane.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import { HOST_TEXT_PACKET } from '../../ffi/host.gen.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import { badRepetition } from '../bad-repetition.ts'
import type { ChannelCalls } from './calls.ts'

const SEND_EOF: readonly unknown[] = ['sendEof']

/** Sends a channel's data, and EOF after it. */
export class ChannelWriter {
  readonly #calls: ChannelCalls

  constructor(calls: ChannelCalls) {
    this.#calls = calls
  }

  /** @throws ChannelError whose `bytesWritten` says how much was written before. */
  write(stream: number, content: Uint8Array): [rc: number, bytesWritten: number] {
    const step = this.#writeStep(stream, content)
    if (step.outcome) return step.recall()
    step.resume ??= () => this.#writeOn(step, stream, content)
    const { context } = this.#calls
    if (context.driver.current?.outruns(step)) return [context.pending({ step }), 0]
    const result = this.#writeOn(step, stream, content)
    step.told = result[1]
    return result
  }

  /** Calls from outside the driver count for themselves what has been written: they come back with the rest. */
  #writeStep(stream: number, content: Uint8Array): Step {
    const { context, writing } = this.#calls
    const { current } = context.driver
    if (!current) return context.step(writing, ['write', stream])
    const call = ['write', stream, content]
    const left = current.leaves(writing, call)
    if (left) this.#goOn(left, stream, content)
    return context.step(writing, call)
  }

  /** The function of an operation now writes something else: the rest of what it wrote before, or bytes that must not be mixed with those. */
  #goOn(step: Step, stream: number, content: Uint8Array): void {
    const before = step.call[2] as Uint8Array
    if (step.told > 0 && isSameCall([before.subarray(step.told)], [content])) {
      step.call = ['write', stream, content]
      step.written -= step.told
      step.told = 0
      step.resume = () => this.#writeOn(step, stream, content)
    } else if (step.written > 0 || step.midway) throw unlikeBefore(step.written)
  }

  /** Writes until the peer's window or the outgoing queue is full. */
  #writeOn(step: Step, stream: number, content: Uint8Array): [rc: number, bytesWritten: number] {
    const calls = this.#calls
    const { context } = calls
    const { driver, heap, outgoing, wire } = context
    const { current } = driver
    const way = { lane: calls.writing, step, isPart: true }
    const part = () => content.subarray(step.written, step.written + HOST_TEXT_PACKET)
    let rc
    if (!current) step.written = 0
    const before = step.written
    try {
      calls.needPeer()
      if (step.begun && !equalBytes(step.begun, part())) throw unlikeBefore(step.written)
      const buffer = heap.scratch(HOST_TEXT_PACKET)
      // As many packets as possible. An empty write still reaches libssh2, which says whether the channel can be written to.
      rc = wire.congested ? context.pending(way) : calls.call(way, (c, channel) => {
        for (;;) {
          const left = content.subarray(step.written)
          outgoing.text = { left: left.length, copy: (at, length, target, to) => target.set(left.subarray(at, at + length), to) }
          const count = c.glue_channel_write(channel, stream, buffer, left.length, wire.room)
          if (count !== LIBSSH2_ERROR_EAGAIN) step.written += c.glue_channel_written(channel)
          if (count <= 0) return count
          step.begun = undefined
          if (step.written === content.length || wire.congested || current?.detached) return count
        }
      })
      // Something was sent: another pass follows, in which what the caller has begun meanwhile gets its attempt.
      if (step.written > before) driver.release()
      if (rc > 0 && step.written < content.length) rc = context.pending(way)
      if (rc === LIBSSH2_ERROR_EAGAIN) {
        // libssh2 has the packet already, and counts it against what it is given next.
        if (calls.plain((c, channel) => c.glue_channel_write_pending(channel))) {
          calls.writing.hold(step)
          step.begun ??= part().slice()
        } else calls.writing.release(step)
      }
    } catch (error) {
      if (error instanceof SSHError) error.bytesWritten = step.written
      step.outcome = { error: { reason: error } }
      throw error
    } finally {
      outgoing.text = undefined
    }
    const { written } = step
    if (written < content.length) rc = LIBSSH2_ERROR_EAGAIN
    if (rc !== LIBSSH2_ERROR_EAGAIN) step.outcome = { value: [rc, written] }
    return [rc, written]
  }

  /** @returns 0, or EAGAIN */
  sendEof(): number {
    const { context, writing } = this.#calls
    const step = context.step(writing, SEND_EOF)
    step.resume ??= () => this.#sendEof(step)
    if (context.driver.current?.outruns(step)) return context.pending({ step })
    return this.#sendEof(step)
  }

  #sendEof(step: Step): number {
    const calls = this.#calls
    return calls.context.perform({ lane: calls.writing, step }, () => {
      const { pointer } = calls.handle
      calls.needOpen()
      return (c) => c.libssh2_channel_send_eof(pointer)
    })
  }
}

/** libssh2 demands that a call which returned EAGAIN is repeated with the same arguments. @param bytesWritten how much of the first write has been sent. */
function unlikeBefore(bytesWritten: number): SSHError {
  return badRepetition('a write that said EAGAIN must be repeated with the same bytes, or their rest', bytesWritten)
}
