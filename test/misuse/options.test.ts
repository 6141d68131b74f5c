// First: from here on it is known who makes an error.
import { untyped } from './judge.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { requirePeer } from '../support/require-peer.ts'
import { within } from '../support/within.ts'
import { ENTRIES, functionOf, maker, neededOptions, plausible, special } from './places.ts'
import { type OptionProperty, type Signature, signaturesOf } from './signatures.ts'
import type { Own } from './subjects.ts'
import { startWorld, type World } from './world.ts'

/// Options that are none, and options in which one thing is wrong: of every function and method that the declarations show, so that a new one is met by itself.

const full = process.env.MISUSE === 'full'
const only = process.env.MISUSE_ONLY
const LIMIT = 60_000

/** What options cannot be. */
const NO_OPTIONS: Readonly<Record<string, unknown>> = { 'null': null, 'a number': 5, 'a text': 'text', 'a list': [], 'a function': () => {}, 'true': true }
/** What is given in place of each property, and below it. */
const WRONG: Readonly<Record<string, unknown>> = {
  'null': null, 'a number': 5, 'a text': 'text',
  ...full && { 'a list': [], 'a list of null': [null], 'an object': {}, 'a function': () => {}, 'true': true, 'a Symbol': Symbol('wrong'), 'NaN': NaN, '-1': -1, 'a bigint': 5n, 'an empty text': '' },
}

/** Interfaces of which callers give objects, and errors, which convert what they are given as `Error` does. */
const NOT_CALLED = /^(new \w*Error|Credentials\.get|GatewayTransport\.addEventListener|SftpClient\.open)$/

const all = signaturesOf(Object.keys(ENTRIES)).filter(({ options, name }) => options.length > 0 && !NOT_CALLED.test(name))

/** The callers of `Promise` have its rejection, those of other functions an exception. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await within(LIMIT, 'the call', Promise.resolve(first(call())))
    return undefined
  } catch (error) {
    return error
  }
}

/** What is iterated over does its work when somebody does. */
function first(result: unknown): unknown {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result && 'next' in result ? (result as AsyncIterator<unknown>).next() : result
}

/** What neither options nor functions can be. */
const NEITHER: Readonly<Record<string, unknown>> = { 'null': null, 'a number': 5, 'a text': 'text', 'a list': [], 'true': true }

interface Wrong {
  readonly text: string
  readonly options: object
  /** It cannot be right: an error must name the property, or the one that it is below. */
  readonly named: readonly string[] | undefined
}

/** Each property alone is wrong, and each below it. */
function* wrongOptions(properties: readonly OptionProperty[], right: Readonly<Record<string, unknown>>): Generator<Wrong> {
  for (const { name, kind, below } of properties) {
    const values = kind === 'other' ? WRONG : { ...WRONG, ...NEITHER, ...kind === 'function' ? { 'an object': {} } : { 'a function': () => {} } }
    for (const [what, value] of Object.entries(values)) {
      const cannotBe = kind !== 'other' && (what in NEITHER || what === (kind === 'function' ? 'an object' : 'a function'))
      yield { text: `${name}: ${what}`, options: { ...right, [name]: value }, named: cannotBe ? [name] : undefined }
    }
    for (const inner of wrongOptions(below, (right[name] ?? {}) as Readonly<Record<string, unknown>>)) yield { ...inner, named: inner.named && [name, ...inner.named], text: `${name}: { ${inner.text} }`, options: { ...right, [name]: inner.options } }
  }
}

describe.runIf(requirePeer('sshd-login'))('options of every public call', () => {
  let world: World
  const rejections: string[] = []
  const unhandled = (reason: unknown) => rejections.push(untyped(reason) ?? String(reason))
  beforeAll(async () => {
    world = await startWorld()
    process.on('unhandledRejection', unhandled)
  })
  afterAll(async () => {
    process.off('unhandledRejection', unhandled)
    await world[Symbol.asyncDispose]()
  })

  test('each of them can be called here: the table of places is complete', () => {
    const without = all.filter(({ owner }) => owner !== undefined && !maker(owner)).map(({ name }) => name)
    expect(without).toEqual([])
    expect(all.length).toBeGreaterThan(85)
  })

  test.each(all.filter(({ name }) => only === undefined || name === only))('$name', async (signature) => {
    const client = await world.connect()
    const disposed: AsyncDisposable[] = []
    const own: Own = { world, client, own: (thing) => (disposed.push(thing), thing) }
    try {
      const self = signature.owner === undefined ? undefined : await maker(signature.owner)!(own)
      const call = functionOf(signature, self)
      if (!call) throw new Error(`${signature.name} is declared and not there`)
      const args = await rightArguments(signature, own)
      await noOptions(signature, call, args, client.session[CONTEXT].wire)
      await strangeOptions(signature, call, args, own)
      const said = await within(LIMIT, 'a command', client.run('echo alive'))
      expect(said.stdout).toBe('alive\n')
    } finally {
      await client.close()
      for (const thing of disposed) await thing[Symbol.asyncDispose]()
    }
    expect(world.instance.failure).toBeUndefined()
    expect(rejections.splice(0)).toEqual([])
  }, 300_000)
})

async function rightArguments({ name, parameters }: Signature, own: Own): Promise<unknown[]> {
  const given: Readonly<Record<string, unknown>> = { ...plausible(own), ...special(name, own) }
  return Promise.all(parameters.map((parameter) => {
    if (!(parameter in given)) throw new Error(`places.ts has nothing for ${parameter} of ${name}`)
    return given[parameter]
  }))
}

/** Nothing is sent for them, and what is said names them. */
async function noOptions({ name, options }: Signature, call: (...args: unknown[]) => unknown, args: readonly unknown[], wire: { readonly sentAt: number }): Promise<void> {
  for (const { at } of options) {
    for (const [what, value] of Object.entries(NO_OPTIONS)) {
      // The second argument of these may be the name of an encoding.
      if (name === 'SftpClient.readFile' && typeof value === 'string') continue
      // A session sends by itself too, once in a while: not each time.
      let sent = true
      let error = new Error()
      for (let attempt = 0; attempt < 5 && sent; attempt++) {
        const { sentAt } = wire
        error = await failureOf(() => call(...args.slice(0, at), value)) as Error
        sent = wire.sentAt !== sentAt
      }
      expect(error, `${name} with ${what} as options`).toBeInstanceOf(TypeError)
      expect(error.message, `${name} with ${what} as options`).toMatch(/^(options|the limits of rekey) must be an object$|^connect\(\) needs an object of options/)
      expect(untyped(error), `${name} with ${what} as options`).toBeUndefined()
      expect(sent, `${name} with ${what} as options sends something`).toBe(false)
    }
  }
}

/** They may be understood, refused or do without; never is it the engine that says so. */
async function strangeOptions({ name, options }: Signature, call: (...args: unknown[]) => unknown, args: readonly unknown[], own: Own): Promise<void> {
  const faults: string[] = []
  const running: Promise<void>[] = []
  const begin = ({ text, named }: Wrong, given: readonly unknown[]) => {
    const judge = (error: unknown) => {
      const wrong = untyped(error)
      if (wrong !== undefined) faults.push(`${name} with { ${text} }: ${wrong}`)
      else if (named !== undefined && !named.some((word) => String((error as Error).message).includes(word))) faults.push(`${name} with { ${text} } says nothing of ${named.at(-1)}: ${String(error)}`)
    }
    const accepted = (value: unknown) => {
      if (named !== undefined) faults.push(`${name} with { ${text} } is accepted`)
      return end(value)
    }
    try {
      const result = first(call(...given))
      const settled = Promise.resolve(result).then(accepted, judge)
      running.push(settled)
      return Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 50))])
    } catch (error) {
      judge(error)
      return undefined
    }
  }
  for (const { at, properties } of options) {
    for (const wrong of wrongOptions(properties, neededOptions(name, own))) await begin(wrong, [...args.slice(0, at), wrong.options, ...args.slice(at + 1)])
  }
  await own.client.session.complete(() => 0)
  // What waits for somebody to connect, or for a server that says nothing, ends with the session.
  await Promise.race([Promise.all(running), new Promise((resolve) => setTimeout(resolve, 100))])
  expect(faults).toEqual([])
}

/** What has been made after all is ended. */
async function end(made: unknown): Promise<void> {
  const owned = made as Partial<AsyncDisposable & Disposable> | null | undefined
  if (typeof owned !== 'object' || owned === null) return
  try {
    if (owned[Symbol.asyncDispose]) await owned[Symbol.asyncDispose]?.()
    else owned[Symbol.dispose]?.()
  } catch {
    // Its session has gone.
  }
}
