import { types } from 'node:util'
import { LIBSSH2_ERROR_EAGAIN, Session } from '../../src/bindings/index.ts'
import type { Random } from '../support/random.ts'
import { within } from '../support/within.ts'
import { untyped } from './judge.ts'
import { type Member, membersOf } from './members.ts'
import type { Own, Subject } from './subjects.ts'
import { argument, type Value } from './values.ts'
import type { Watch } from './watch.ts'
import type { World } from './world.ts'

/** What a round has seen. */
export interface Seen {
  calls: number
  readonly members: Map<string, number>
  /** What must not be, each with the call. */
  readonly faults: string[]
  readonly outcomes: Map<string, number>
}

export const nothingSeen = (): Seen => ({ calls: 0, members: new Map(), faults: [], outcomes: new Map() })

/** Generous: a machine may be busy. Only a hang takes as long. */
const LIMIT = Number(process.env.MISUSE_LIMIT ?? 60_000)

interface Call { readonly text: string, settled: boolean }

/** One subject, made anew, is called `count` times; then its session, its sister and the heap are looked at. */
export async function playRound(world: World, subject: Subject, count: number, random: Random, seen: Seen, watch?: Watch): Promise<void> {
  const before = await quietHeap(world)
  const rejections: string[] = []
  const unhandled = (reason: unknown) => rejections.push(untyped(reason) ?? String(reason))
  process.on('unhandledRejection', unhandled)
  try {
    const client = await within(LIMIT, 'connecting', world.connect())
    const owned: AsyncDisposable[] = []
    const round = new Round({ world, client, own: (thing) => (owned.push(thing), thing) }, subject, random, seen, watch)
    try {
      await round.play(count)
    } finally {
      await within(LIMIT, 'close', client.close())
    }
    await round.settle()
    for (const thing of owned) await thing[Symbol.asyncDispose]()
    // A rejection that nobody handles is told behind the microtasks of its turn.
    await new Promise((resolve) => setImmediate(resolve))
    for (const rejection of rejections) seen.faults.push(`${round.where}: unhandled rejection: ${rejection}`)
    await round.lookAround(before)
  } finally {
    process.off('unhandledRejection', unhandled)
  }
}

/** Bytes in use when nothing is going on. */
async function quietHeap({ instance, sister }: World): Promise<number> {
  await sister.session.complete(() => 0)
  return instance.heapUsed()
}

class Round {
  readonly #own: Own
  readonly #subject: Subject
  readonly #random: Random
  readonly #seen: Seen
  readonly #started: Promise<unknown>[] = []
  readonly #pending = new Set<Call>()
  readonly #texts: string[] = []
  readonly #made: unknown[] = []
  /** Errors that were arguments: they may come back. */
  readonly #given = new Set<unknown>()
  readonly #watch: Watch | undefined
  /** A call that may end the session has succeeded. */
  #mayEnd = false
  /** Whose calls say EAGAIN. */
  #session: Session

  constructor(own: Own, subject: Subject, random: Random, seen: Seen, watch: Watch | undefined) {
    this.#watch = watch
    this.#own = own
    this.#session = own.client.session
    this.#subject = subject
    this.#random = random
    this.#seen = seen
  }

  get where(): string {
    return this.#subject.name
  }

  #fault(text: string): void {
    this.#seen.faults.push(`${this.where}: ${text}`)
  }

  async play(count: number): Promise<void> {
    const self = await within(LIMIT, `making ${this.where}`, Promise.resolve(this.#subject.make(this.#own)))
    this.#made.push(self)
    if (self instanceof Session) this.#session = self
    const { ends = [], leftOut = {} } = this.#subject
    const members = (this.#subject.members?.(self) ?? membersOf(self, this.where)).filter(({ name }) => !(name in leftOut))
    const early = members.filter(({ name }) => !ends.includes(name))
    const others: Value[] = [self, this.#own.client, this.#own.client.session, this.#own.world.sister, this.#own.world.instance].map((value, index) => ({ name: `object ${index} of this world`, make: () => value }))
    let queue: Member[] = []
    for (let at = 0; at < count; at++) {
      const late = at >= count * 0.75
      if (queue.length === 0) queue = this.#random.shuffle(late ? members : early)
      const member = queue.pop()
      if (!member) return
      this.#call(self, member, others)
      // What has been begun goes on meanwhile, and its failures come while others are begun.
      if (at % 4 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (this.#own.world.instance.failure) return
    }
    await this.#stillAlive()
  }

  #call(self: object, member: Member, others: readonly Value[]): void {
    const random = this.#random
    const length = member.name.startsWith('get ') ? 0 : random.integer(Math.max(0, member.length - 1), member.length + 2)
    const values = Array.from({ length }, () => argument(random, others))
    const text = `${member.of}.${member.name}(${values.map(({ name }) => name).join(', ')})`
    this.#texts.push(text)
    this.#seen.calls++
    this.#seen.members.set(`${member.of}.${member.name}`, (this.#seen.members.get(`${member.of}.${member.name}`) ?? 0) + 1)
    const args = values.map(({ make }) => make())
    for (const value of args) if (types.isNativeError(value)) this.#given.add(value)
    this.#watch?.about(text)
    try {
      this.#took(member, text, member.use(self, args), () => member.use(self, args))
    } catch (error) {
      this.#threw(text, error)
    }
    const { failure } = this.#own.world.instance
    if (failure) this.#fault(`${text} has trapped: ${failure.message} ${String(failure.cause)}`)
  }

  #threw(text: string, error: unknown): void {
    const wrong = untyped(error, this.#given)
    if (wrong !== undefined) this.#fault(`${text} failed without a type: ${wrong}`)
    const kind = error instanceof Error ? error.name : typeof error
    this.#seen.outcomes.set(kind, (this.#seen.outcomes.get(kind) ?? 0) + 1)
  }

  #took(member: Member, text: string, result: unknown, again: () => unknown): void {
    if ([...this.#subject.ends ?? [], ...this.#subject.raw ?? []].includes(member.name)) this.#mayEnd = true
    const rc: unknown = Array.isArray(result) ? result[0] : result
    if (rc === LIBSSH2_ERROR_EAGAIN) this.#follow(text, this.#session.complete(again))
    else if (isThenable(result)) this.#follow(text, result)
    else this.#keep(result)
  }

  #follow(text: string, work: PromiseLike<unknown>): void {
    const call: Call = { text, settled: false }
    this.#pending.add(call)
    this.#started.push(Promise.resolve(work).then((value) => this.#keep(value), (error: unknown) => this.#threw(text, error)).finally(() => this.#pending.delete(call)))
  }

  #keep(value: unknown): void {
    this.#seen.outcomes.set('done', (this.#seen.outcomes.get('done') ?? 0) + 1)
    if (typeof value !== 'object' || value === null || isProxyOrForeign(value)) return
    if (typeof (value as AsyncIterator<unknown>).next === 'function' && Symbol.asyncIterator in value) {
      this.#follow(`${this.#texts.at(-1) ?? ''}.next()`, (value as unknown as AsyncIterator<unknown>).next())
    }
    this.#made.push(value)
  }

  async #stillAlive(): Promise<void> {
    const { session } = this.#own.client
    if (session.failure) {
      if (!this.#mayEnd) this.#fault(`the session has died: ${session.failure.message}\n${this.#texts.slice(-12).join('\n')}`)
      return
    }
    if (this.#mayEnd) return
    const answer = await within(LIMIT, `a command after ${this.where}`, this.#own.client.run('echo alive')).catch((error: unknown) => error)
    if ((answer as { stdout?: string }).stdout !== 'alive\n') this.#fault(`the session does not work any more: ${String(answer)}\n${this.#texts.slice(-12).join('\n')}`)
  }

  /** Everything that is still pending ends with the session. */
  async settle(): Promise<void> {
    await this.#disposeAll()
    await within(LIMIT, 'settling', Promise.all(this.#started)).catch(() => {
      this.#fault(`pending after the session was closed:\n${[...this.#pending].map(({ text }) => text).join('\n')}`)
    })
    // What came meanwhile.
    await this.#disposeAll()
  }

  async #disposeAll(): Promise<void> {
    for (const made of this.#made.splice(0)) await dispose(made, this.#own)
  }

  async lookAround(before: number): Promise<void> {
    const { instance, sister } = this.#own.world
    if (instance.failure) return
    const answer = await within(LIMIT, 'the sister', sister.run('echo alive')).catch((error: unknown) => error)
    if ((answer as { stdout?: string }).stdout !== 'alive\n') this.#fault(`the sister session does not work any more: ${String(answer)}`)
    const deadline = performance.now() + LIMIT / 4
    while (instance.heapUsed() > before && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
    if (instance.heapUsed() > before) this.#fault(`${instance.heapUsed() - before} bytes are left in the heap\n${this.#texts.join('\n')}`)
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> => value instanceof Promise

/** Only what the library has made is disposed of; asking a hostile value would throw. */
function isProxyOrForeign(value: object): boolean {
  try {
    return !(Symbol.asyncDispose in value || Symbol.dispose in value || Symbol.asyncIterator in value)
  } catch {
    return true
  }
}

async function dispose(made: unknown, { world, client }: Own): Promise<void> {
  if (made === world.sister || made === world.sister.session || made === client || made === client.session) return
  try {
    const owned = made as Partial<AsyncDisposable & Disposable>
    if (owned[Symbol.asyncDispose]) await within(LIMIT, 'disposing', Promise.resolve(owned[Symbol.asyncDispose]?.()))
    else owned[Symbol.dispose]?.()
  } catch {
    // Its session has gone.
  }
}
