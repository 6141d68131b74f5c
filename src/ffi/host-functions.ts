import type { Heap } from './heap.ts'
import { HOST_FAILED, type HostFunctions } from './host.gen.ts'
import type { HostKeyFunctions, SessionHost } from './host.ts'

/** The imports of one module: they find the session by its number, and pass it copies instead of addresses. */
export function hostFunctions(hosts: ReadonlyMap<number, SessionHost>, heap: () => Heap, keys: HostKeyFunctions, answers = new Map<number, Uint8Array>()): HostFunctions {
  const host = (id: number) => hosts.get(id)

  /** Announces an answer's length; C fetches it with `takeAnswer`. */
  const announce = (id: number, answer: Uint8Array | number | undefined): number => {
    if (!(answer instanceof Uint8Array)) return answer ?? HOST_FAILED
    answers.set(id, answer)
    return answer.length
  }

  return trapping({
    ...keys,
    parcelTake: (id, key, nonce, room, taken, head) => host(id)?.parcels?.take(key, nonce, room, taken, head) ?? 0,
    parcelKeep: (id, message, length) => host(id)?.parcels?.keep(message, length) ?? 0,
    parcelGive: (id, parcel, at, length) => host(id)?.parcels?.give(parcel, at, length),
    read: (id, bytes, length) => host(id)?.parcels?.read(bytes, length),
    parcelCopy: (id, parcel, at, to, length) => host(id)?.parcels?.copy(parcel, at, to, length),
    parcelFree: (id, parcel) => host(id)?.parcels?.free(parcel),
    textCopy: (id, at, to, length) => host(id)?.outgoing?.copy(at, to, length),
    textSeal: (id, key, nonce, packet, head, at, length, padding) => host(id)?.outgoing?.seal(key, nonce, packet, head, at, length, padding) ?? HOST_FAILED,
    now: () => Date.now(),
    random(buffer, length) {
      try {
        // Through a buffer: some runtimes refuse to fill WebAssembly memory. C never asks for the 64 KiB above which `getRandomValues` refuses.
        const bytes = crypto.getRandomValues(new Uint8Array(length))
        heap().write(buffer, bytes)
        bytes.fill(0)
        return 0
      } catch {
        return HOST_FAILED
      }
    },
    recv: (id, buffer, length) => host(id)?.recv(buffer, length) ?? HOST_FAILED,
    send: (id, data, length) => host(id)?.send(heap().view(data, length)) ?? HOST_FAILED,
    slice: (id) => Number(host(id)?.slice() ?? 1),
    news: (id, channel, type) => host(id)?.markReady(channel, type),
    sign: (id, algorithm, algorithmLength, data, length) =>
      announce(id, host(id)?.sign(heap().copy(data, length), heap().text(algorithm, algorithmLength))),
    verify: (id, key, keyLength, signature, signatureLength, data, length) =>
      host(id)?.verify(heap().copy(key, keyLength), heap().copy(signature, signatureLength), heap().copy(data, length)) ?? HOST_FAILED,
    prompt: (id, round, length) => announce(id, host(id)?.prompt(heap().copy(round, length))),
    newPassword: (id, prompt, length) => announce(id, host(id)?.newPassword(heap().text(prompt, length))),
    takeAnswer(id, buffer, length) {
      const answer = answers.get(id)
      answers.delete(id)
      if (!answer) return
      heap().write(buffer, answer.subarray(0, length))
      answer.fill(0)
    },
    disconnect: (id, reason, message, length) => host(id)?.disconnect(reason, heap().text(message, length)),
    debug: (id, alwaysDisplay, message, length) => host(id)?.debug(alwaysDisplay !== 0, heap().text(message, length)),
    ignore: (id, message, length) => host(id)?.ignore(heap().copy(message, length)),
    globalRequest: (id, name, nameLength, wantReply, body, length) =>
      host(id)?.globalRequest(heap().text(name, nameLength), heap().copy(body, length), wantReply !== 0),
    globalAnswer: (id, success, body, length) => host(id)?.globalAnswer(success === 0 ? undefined : heap().copy(body, length)),
    x11Open: (id, channel, originator, port) => host(id)?.x11Open(channel, heap().string(originator) ?? '', port),
    agentOpen: (id, channel) => host(id)?.agentOpen(channel),
  })
}

type Operands = Parameters<HostFunctions[keyof HostFunctions]>['length']

/** A function of the host, none of which has more operands; otherwise this does not compile. Collecting them in an array would cost more than most of these functions. */
type AnyFunction = Operands extends 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
  ? (a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown, f?: unknown, g?: unknown, h?: unknown) => unknown
  : never

/** None of them may throw, since that would leave C in the middle of a call, as a trap does. So an error in one is treated as a trap. */
function trapping(functions: HostFunctions): HostFunctions {
  const guarded: Record<string, AnyFunction> = {}
  for (const [name, run] of Object.entries(functions) as [string, AnyFunction][]) {
    guarded[name] = (a, b, c, d, e, f, g, h) => {
      try {
        return run(a, b, c, d, e, f, g, h)
      } catch (cause) {
        throw Object.assign(new WebAssembly.RuntimeError(`host function ${name}: ${String(cause)}`), { cause })
      }
    }
  }
  return guarded as unknown as HostFunctions
}
