import type { Random } from '../support/random.ts'

/** What a value of ours throws by itself: it passes through unchanged. */
export class OwnError extends Error {
  override name = 'OwnError'
}

/** A value that a caller might pass by mistake; a new one each time, because some can be used up. */
export interface Value {
  readonly name: string
  readonly make: () => unknown
}

const value = (name: string, make: () => unknown): Value => ({ name, make })

const throws = (what: string) => (): never => { throw new OwnError(what) }

function detached(): ArrayBuffer {
  const memory = new ArrayBuffer(8)
  structuredClone(memory, { transfer: [memory] })
  return memory
}

function detachedView(): Uint8Array {
  const view = new Uint8Array(8)
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}

/** Node 20 knows the option, TypeScript's library of that time did not. */
const resizable = (): ArrayBuffer => new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(8, { maxByteLength: 64 })

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function rejecting(): Promise<never> {
  const promise = Promise.reject(new OwnError('the promise rejects'))
  // Its own failure is handled; what is derived from it is the library's.
  promise.catch(() => {})
  return promise
}

/** Nothing that an object can be asked goes well. */
const hostileProxy = (): object => new Proxy(() => {}, {
  get: throws('Proxy get'), has: throws('Proxy has'), ownKeys: throws('Proxy ownKeys'), getPrototypeOf: throws('Proxy getPrototypeOf'), apply: throws('Proxy apply'),
})

/** Each property is a getter that throws. */
const throwingGetters = (names: readonly string[]): object => Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { enumerable: true, get: throws(`getter ${name}`) }])))

export const numbers: readonly Value[] = [
  NaN, -1, -0, 1.5, 0.1, -2, 2 ** 15, 2 ** 16, 2 ** 31, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 32 - 1, 2 ** 53, 2 ** 53 - 1, 2 ** 63, 2 ** 64, 1e300, Number.MIN_VALUE, Infinity, -Infinity,
].map((number) => value(`the number ${Object.is(number, -0) ? '-0' : number}`, () => number))

export const bigints: readonly Value[] = [0n, -1n, 5n, 2n ** 31n, 2n ** 53n, 2n ** 64n, -(2n ** 63n), 2n ** 2000n].map((number) => value(`a bigint of ${number.toString().length} digits, ${number < 0n ? 'negative' : 'not negative'}`, () => number))

export const strings: readonly Value[] = [
  value('""', () => ''),
  value('"a\\0b"', () => 'a\0b'),
  value('"\\0"', () => '\0'),
  value('a lone high surrogate', () => 'a\ud800'),
  value('a lone low surrogate', () => '\udfffb'),
  value('a line feed', () => 'a\nb\r\n'),
  value('an escape', () => '\u001b[31m\u202e'),
  value('a string of 300 characters', () => 'm'.repeat(300)),
  value('a string of 40,000 characters', () => 'm'.repeat(40_000)),
  value('a string of 300,000 characters', () => 'm'.repeat(300_000)),
  value('a string of three bytes a character', () => '\u20ac'.repeat(100_000)),
  value('"5"', () => '5'),
  value('"__proto__"', () => '__proto__'),
  value('a String object', () => Object('text')),
]

export const memories: readonly Value[] = [
  value('a detached ArrayBuffer', detached),
  value('a view of detached memory', detachedView),
  value('a SharedArrayBuffer', () => new SharedArrayBuffer(8)),
  value('a view of shared memory', () => new Uint8Array(new SharedArrayBuffer(8))),
  value('a resizable ArrayBuffer', resizable),
  value('a view of resizable memory', () => new Uint8Array(resizable())),
  value('a DataView', () => new DataView(new ArrayBuffer(4))),
  value('a Float64Array', () => Float64Array.of(1.5)),
  value('an empty ArrayBuffer', () => new ArrayBuffer(0)),
  value('bytes with a NUL', () => Uint8Array.of(97, 0, 98)),
  value('a byte view in the middle of memory', () => new Uint8Array(new ArrayBuffer(16), 3, 5)),
  value('300,000 bytes', () => new Uint8Array(300_000).fill(109)),
  value('a Blob', () => new Blob(['text'])),
]

export const objects: readonly Value[] = [
  value('undefined', () => undefined),
  value('null', () => null),
  value('true', () => true),
  value('false', () => false),
  value('a Symbol', () => Symbol('mistake')),
  value('Symbol.iterator', () => Symbol.iterator),
  value('a function', () => () => {}),
  value('a function that throws', () => throws('function')),
  value('a function that rejects', () => () => rejecting()),
  value('a class', () => class {}),
  value('{}', () => ({})),
  value('an object without a prototype', () => Object.create(null) as object),
  value('[]', () => []),
  value('a sparse array', () => Object.assign([], { length: 3 })),
  value('an array of mistakes', () => [null, 5, {}]),
  value('an array that is too long', () => Object.assign([], { length: 100_000 })),
  value('a Date', () => new Date(0)),
  value('an invalid Date', () => new Date(NaN)),
  value('a Map', () => new Map([['a', 1]])),
  value('a Set', () => new Set(['a'])),
  value('a RegExp', () => /a/),
  value('an Error', () => new Error('a value')),
  value('a URL', () => new URL('http://localhost/')),
  value('a Promise', () => Promise.resolve('late')),
  value('a Promise that rejects', rejecting),
  value('a thenable that throws', () => ({ then: throws('then') })),
  value('toString throws', () => ({ toString: throws('toString'), valueOf: throws('valueOf') })),
  value('Symbol.toPrimitive throws', () => ({ [Symbol.toPrimitive]: throws('toPrimitive') })),
  value('Symbol.toPrimitive gives an object', () => ({ [Symbol.toPrimitive]: () => ({}) })),
  value('an iterable that throws', () => ({ [Symbol.iterator]: throws('iterator') })),
  value('an async iterable that throws', () => ({ [Symbol.asyncIterator]: throws('asyncIterator') })),
  value('an async iterable of mistakes', () => (async function* () { yield 5 })()),
  value('a Proxy that throws', hostileProxy),
  value('a revoked Proxy', revoked),
  value('a Proxy of bytes', () => new Proxy(new Uint8Array(4), {})),
  value('a ReadableStream that errors', () => new ReadableStream({ start: (controller) => controller.error(new OwnError('stream')) })),
  value('a ReadableStream of mistakes', () => new ReadableStream({ start: (controller) => { controller.enqueue(5); controller.close() } })),
  value('a WritableStream that errors', () => new WritableStream({ write: throws('write') })),
  value('a signal that has aborted', () => AbortSignal.abort(new OwnError('aborted'))),
  value('a signal that has aborted without a reason', () => AbortSignal.abort()),
  value('a signal that never aborts', () => new AbortController().signal),
  value('something like a signal', () => ({ aborted: false, addEventListener: () => {} })),
]

export const wrong: readonly Value[] = [...numbers, ...bigints, ...strings, ...memories, ...objects]

/** What is often right somewhere, so that the mistake comes in the second argument or property too. No path leads out of the home of the server's user. */
export const plausible: readonly Value[] = [
  value('"file"', () => 'file'),
  value('"directory"', () => 'directory'),
  value('"new"', () => 'new'),
  value('"true"', () => 'true'),
  value('"localhost"', () => '127.0.0.1'),
  value('0', () => 0),
  value('1', () => 1),
  value('22', () => 22),
  value('0o644', () => 0o644),
  value('4096', () => 4096),
  value('bytes', () => Uint8Array.of(109, 105, 115)),
  value('{}', () => ({})),
  value('undefined', () => undefined),
  value('true', () => true),
  value('a function', () => () => true),
]

/** Names of properties that have been asked of options. */
const asked = new Set<string>(['signal'])

/** So that a subject alone meets what it met among others. */
export function forgetNames(): void {
  asked.clear()
  asked.add('signal')
}

/** Options in which everything is missing; remembers what they are asked for. */
function curious(): object {
  return new Proxy({}, {
    get(_, name) {
      if (typeof name === 'string' && name !== 'then') asked.add(name)
      return undefined
    },
  })
}

/** One argument: wrong, plausible, or an object of which a property or two are wrong. @param others what else there is in this world, right or wrong. */
export function argument(random: Random, others: readonly Value[]): Value {
  const dice = random.next()
  if (dice < 0.30) return random.pick(plausible)
  if (dice < 0.36 && others.length > 0) return random.pick(others)
  if (dice < 0.42) return value('curious options', curious)
  if (dice < 0.46) {
    const names = random.shuffle([...asked]).slice(0, 3)
    return value(`getters that throw: ${names.join(', ')}`, () => throwingGetters(names))
  }
  if (dice < 0.65) {
    const chosen = random.shuffle([...asked]).slice(0, random.integer(1, 3)).map((name) => [name, random.next() < 0.3 ? random.pick(plausible) : random.pick(wrong)] as const)
    return value(`{ ${chosen.map(([name, { name: what }]) => `${name}: ${what}`).join(', ')} }`, () => Object.fromEntries(chosen.map(([name, { make }]) => [name, make()])))
  }
  return random.pick(wrong)
}
