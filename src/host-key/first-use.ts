import { orAbort } from '../abort/or-abort.ts'
import { HostKeyError } from '../errors/ssh-error.ts'
import { fingerprint, randomart } from './fingerprint.ts'
import { checkKnownHosts, knownAlgorithms } from './known-hosts/check.ts'
import { KnownHostsFile } from './known-hosts/file.ts'
import { type HostKeyInfo, type HostKeyUpdate, presented } from './policy.ts'
import { readPresentedKey } from './presented-key.ts'
import { rotationOf } from './rotation.ts'
import type { HostKeyStore } from './stores/host-key-store.ts'
import type { TrustOnFirstUseOptions } from './first-use-options.ts'

/** The last verification in each store. Policies that share a store also take turns. */
const turns = new Map<unknown, Promise<unknown>>()

/** Runs `work` after all earlier work in the same store. */
function inTurn<T>(store: HostKeyStore, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const place = store.place ?? store
  const turn = (turns.get(place) ?? Promise.resolve()).then(work)
  // A store that never answers holds up only its own connection.
  const done = orAbort(turn, signal).catch(() => undefined).then(() => { if (turns.get(place) === done) turns.delete(place) })
  turns.set(place, done)
  return turn
}

/** Implements `trustOnFirstUse`. */
export class FirstUse {
  readonly #store: HostKeyStore
  readonly #options: TrustOnFirstUseOptions
  /** The store's last text, parsed. */
  #last: { readonly text: string, readonly file: KnownHostsFile } | undefined

  constructor(store: HostKeyStore, options: TrustOnFirstUseOptions) {
    this.#store = store
    this.#options = options
  }

  async algorithms(host: string, port: number): Promise<readonly string[]> {
    return knownAlgorithms(await this.#load(), host, port)
  }

  async verify(info: HostKeyInfo): Promise<void> {
    return inTurn(this.#store, presented(info).signal, () => this.#checkOrRecord(info))
  }

  /** Changes nothing unless the server proves that it owns every new key, and nothing if the store has changed meanwhile. */
  async update(update: HostKeyUpdate): Promise<void> {
    const before = await stored(() => this.#store.read())
    const file = new KnownHostsFile(before)
    const rotation = await rotationOf(file, update)
    if (!rotation || (rotation.added.length > 0 && !await update.prove(rotation.added))) return
    const { host, port } = update, hash = rotation.hashed || (this.#options.hash ?? false)
    const lines: string[] = []
    for (const key of rotation.added) lines.push(await file.add(host, port, key, { hash }))
    for (const { key } of rotation.removed) await file.remove(host, port, key)
    await inTurn(this.#store, undefined, async () => {
      if (this.#store.replace) await stored(() => this.#store.replace!(before, file.toString()))
      else if (await stored(() => this.#store.read()) === before) for (const line of lines) await stored(() => this.#store.append(line))
    })
  }

  async #checkOrRecord(info: HostKeyInfo): Promise<void> {
    const { confirm, hash = false, revoked } = this.#options
    info.signal?.throwIfAborted()
    const file = await this.#load()
    const { publicKey } = readPresentedKey(info.key)
    try {
      await checkKnownHosts(file, info, revoked)
      return
    } catch (error) {
      if (!(error instanceof HostKeyError) || error.code !== 'ERR_HOST_KEY_UNKNOWN') throw error
      if (confirm) {
        const host = { ...info, fingerprint: await fingerprint(publicKey), randomart: await randomart(publicKey) }
        const question = () => confirm(host)
        if (await (info.ask ? info.ask(question) : orAbort(question(), info.signal)) !== true) throw error
      }
    }
    const line = await new KnownHostsFile().add(info.host, info.port, publicKey, { hash })
    await stored(() => this.#store.append(line))
  }

  /** Reads the store each time, and parses its text again only if it has changed. */
  async #load(): Promise<KnownHostsFile> {
    const text = await stored(() => this.#store.read())
    if (this.#last?.text !== text) this.#last = { text, file: new KnownHostsFile(text, this.#options) }
    return this.#last.file
  }
}

async function stored<T>(operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (cause) {
    throw new HostKeyError('the store of known hosts failed', { code: 'ERR_HOST_KEY_STORE', cause })
  }
}
