import { atMost } from '../abort/at-most.ts'
import { orAbort } from '../abort/or-abort.ts'
import { HostKeyError } from '../errors/ssh-error.ts'
import { encodeBase64 } from '../wire-format/base64.ts'
import { equalBytes } from '../wire-format/bytes.ts'
import { fingerprint, randomart } from './fingerprint.ts'
import { knownHostName } from './host-name.ts'
import { checkKnownHosts, knownAlgorithms } from './known-hosts/check.ts'
import { KnownHostsFile } from './known-hosts/file.ts'
import { type HostKeyInfo, type HostKeyUpdate, presented } from './policy.ts'
import { readPresentedKey } from './presented-key.ts'
import type { HostKeyStore } from './stores/host-key-store.ts'
import type { TrustOnFirstUseOptions } from './first-use-options.ts'
import { agreedRotation, keepKeys } from './update-store.ts'

/** The last verification in each store. Policies that share a store also take turns. */
const turns = new Map<unknown, Promise<unknown>>()

/** How often a store may change while a line is added or taken back. */
const MOST_TRIES = 10
/** How long a record that has begun holds up other connections after its own has ended, in milliseconds. */
const RECORD_GRACE = 10_000

/** Runs `work` after all earlier work in the same store. It passes on what it has begun to record: the next one must find it there. */
function inTurn<T>(store: HostKeyStore, signal: AbortSignal | undefined, work: (recording: (record: Promise<unknown>) => void) => Promise<T>): Promise<T> {
  const place = store.place ?? store
  let begun: Promise<unknown> = Promise.resolve()
  const turn = (turns.get(place) ?? Promise.resolve()).then(() => work((record) => { begun = record }))
  // A store that never answers holds up only its own connection.
  const done = orAbort(turn, signal).catch(() => undefined).then(() => atMost(RECORD_GRACE, begun)).then(() => { if (turns.get(place) === done) turns.delete(place) })
  turns.set(place, done)
  return turn
}

/** Implements `trustOnFirstUse`. */
export class FirstUse {
  readonly #store: HostKeyStore
  readonly #options: TrustOnFirstUseOptions
  /** The store's last text, parsed. */
  #last: { readonly text: string, readonly file: KnownHostsFile } | undefined

  /** Keys that were recorded without asking anybody, and have not been found in the store by another connection since. */
  readonly #unasked = new Set<string>()

  constructor(store: HostKeyStore, options: TrustOnFirstUseOptions) {
    this.#store = store
    this.#options = options
  }

  async algorithms(host: string, port: number): Promise<readonly string[]> {
    return knownAlgorithms((await this.#load()).file, host, port)
  }

  async verify(info: HostKeyInfo): Promise<void> {
    return inTurn(this.#store, presented(info).signal, (recording) => this.#checkOrRecord(info, recording))
  }

  /**
   * Changes nothing unless the server proves that it owns every new key, nothing if the store has changed meanwhile, and nothing in a connection whose
   * own key was recorded without a question: that key is not yet trusted enough to vouch for others.
   */
  async update(update: HostKeyUpdate): Promise<void> {
    if (this.#unasked.has(nameOf(update, update.current))) return
    const { updateHostKeys, revoked, hash = false } = this.#options
    const before = await stored(() => this.#store.read())
    const rotation = await agreedRotation(new KnownHostsFile(before), update, {
      isRevoked: revoked === undefined ? undefined : (await import('./revoked-keys/revoked-keys.ts')).readRevokedKeys(revoked),
      agree: typeof updateHostKeys === 'function' ? updateHostKeys : undefined,
    })
    if (rotation) await inTurn(this.#store, undefined, () => stored(() => keepKeys(this.#store, before, update, update.keys, rotation.hashed || hash)))
  }

  async #checkOrRecord(info: HostKeyInfo, recording: (record: Promise<unknown>) => void): Promise<void> {
    const { confirm, hash = false } = this.#options
    info.signal?.throwIfAborted()
    const { publicKey } = readPresentedKey(info.key)
    let unknown = await this.#unknown(info, publicKey)
    if (!unknown) return
    if (confirm) {
      const host = { ...info, fingerprint: await fingerprint(publicKey), randomart: await randomart(publicKey) }
      const question = () => confirm(host)
      if (await (info.ask ? info.ask(question) : orAbort(question(), info.signal)) !== true) throw unknown.refusal
    }
    const line = await new KnownHostsFile().add(info.host, info.port, publicKey, { hash })
    for (let tries = 1; ; tries++) {
      info.signal?.throwIfAborted()
      const { text } = unknown
      // A store that changes all the time gets the line anyway, and may have to give it back.
      const record = stored(() => tries < MOST_TRIES ? this.#store.append(line, text) : this.#store.append(line))
      recording(record)
      if (await record !== false) break
      unknown = await this.#unknown(info, publicKey)
      if (!unknown) return
    }
    await this.#yieldToFirst(info, publicKey, line)
    if (!confirm) this.#unasked.add(nameOf(info, publicKey))
  }

  /** The store's text, and the refusal, if the host is not known. @throws HostKeyError if another key is known */
  async #unknown(info: HostKeyInfo, key: Uint8Array): Promise<{ readonly text: string, readonly refusal: HostKeyError } | undefined> {
    const { text, file } = await this.#load()
    try {
      await checkKnownHosts(file, info, this.#options.revoked)
      this.#unasked.delete(nameOf(info, key))
      return undefined
    } catch (error) {
      if (!(error instanceof HostKeyError) || error.code !== 'ERR_HOST_KEY_UNKNOWN') throw error
      return { text, refusal: error }
    }
  }

  /** Of two keys that were recorded at once, by two programs or through two stores of one text, the first one stands. */
  async #yieldToFirst(info: HostKeyInfo, key: Uint8Array, line: string): Promise<void> {
    const store = this.#store
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const text = await stored(() => store.read()), file = new KnownHostsFile(text)
      const first = (await file.find(info.host, info.port)).find(({ marker }) => marker === undefined)
      if (!first || equalBytes(first.key, key)) return
      await file.remove(info.host, info.port, key)
      if (!store.replace) await stored(() => store.append(`@revoked ${line}`))
      else if (!await stored(() => store.replace!(text, file.toString()))) continue
      return void await checkKnownHosts(file, info, this.#options.revoked)
    }
    throw new HostKeyError('the store of known hosts changes all the time', { code: 'ERR_HOST_KEY_STORE' })
  }

  /** Reads the store each time, and parses its text again only if it has changed. */
  async #load(): Promise<{ readonly text: string, readonly file: KnownHostsFile }> {
    const text = await stored(() => this.#store.read())
    if (this.#last?.text !== text) this.#last = { text, file: new KnownHostsFile(text, this.#options) }
    return this.#last
  }
}

const nameOf = ({ host, port }: { readonly host: string, readonly port: number }, key: Uint8Array): string => `${knownHostName(host, port)} ${encodeBase64(key)}`

async function stored<T>(operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (cause) {
    throw new HostKeyError('the store of known hosts failed', { code: 'ERR_HOST_KEY_STORE', cause })
  }
}
