import { HostKeyError } from '../../errors/ssh-error.ts'
import { printable } from '../../errors/printable.ts'
import { fingerprint } from '../../host-key/fingerprint.ts'
import { knownHostName } from '../../host-key/host-name.ts'
import { checkKnownHosts, knownAlgorithms } from '../../host-key/known-hosts/check.ts'
import { KnownHostsFile } from '../../host-key/known-hosts/file.ts'
import { joinedTexts } from '../../host-key/known-hosts/texts.ts'
import { signatureAlgorithms } from '../../keys/key-types.ts'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import { denied } from './denied.ts'
import { firstWarning, heldKey, holdKey, roomForOneMore } from './held-keys.ts'
import type { HostKeyJudge, UnknownHostKey } from './judge.ts'
import { placeOf, type ReadFile, readKnownHosts, storeOfKnownHosts, UnreadableStore, userFile } from './known-hosts-files.ts'
import type { HostKeysMode } from './mode.ts'

/** The server whose key is checked, and what is at stake. */
export interface Judged {
  /** The normal form of the host; undefined for a stream without a known target. */
  readonly host: string | undefined
  readonly port: number
  readonly agentForward: boolean
  /** A password or the answers to prompts may be sent. */
  readonly sendsSecrets: boolean
  readonly warn: (about: UnknownHostKey) => void
}

/** Checks the key with known_hosts and the keys that the process remembers, as the mode says. */
export function byMode(mode: Exclude<HostKeysMode, 'ssh2'>, { host, port, agentForward, sendsSecrets, warn }: Judged): HostKeyJudge {
  const name = host === undefined ? undefined : knownHostName(host, port)
  const shown = printable(name ?? 'a stream whose host nobody names')
  let files: Promise<ReadFile[]> | undefined
  const read = () => files ??= readKnownHosts()
  const whole = async () => asOne(await read())
  let accepted: Buffer | undefined

  const known = async () => {
    if (host === undefined || name === undefined) return []
    try {
      const held = heldKey(name)
      return [...new Set([...await knownAlgorithms(await whole(), host, port), ...held ? signatureAlgorithms(publicKeyType(held)) : []])]
    } catch (error) {
      if (error instanceof UnreadableStore) return []
      throw error
    }
  }

  const verify = async (key: Buffer) => {
    const received = await fingerprint(key)
    const refuse = (why: string, cause?: unknown) => denied(why, { mode, host: shown, received }, cause)
    try {
      if (host !== undefined) return void await checkKnownHosts(await whole(), { host, port, key, algorithm: publicKeyType(key) })
      await read()
    } catch (error) {
      if (error instanceof UnreadableStore) throw refuse(`the known hosts cannot be trusted: ${error.message}`, error)
      if (!(error instanceof HostKeyError)) throw error
      if (error.code !== 'ERR_HOST_KEY_UNKNOWN') {
        const place = await placeOf(await read(), host!, port)
        throw refuse(`${error.message}${place ? `; ${place.path} says so in line ${place.line}. If the change is intended: ssh-keygen -R '${name!}' -f '${place.path}'` : ''}`, error)
      }
    }
    await acceptUnknown(key, received, refuse)
  }

  const acceptUnknown = async (key: Buffer, received: string, refuse: (why: string) => Error) => {
    if (mode === 'strict') throw refuse(`no host key is known for ${shown}, which presented ${received}`)
    if (await isHeld(key, received, refuse)) return
    if (agentForward) throw refuse(`no host key is known for ${shown}, which presented ${received}, and agentForward would lend it the agent`)
    if (!roomForOneMore()) throw refuse(`no host key is known for ${shown}, and this process cannot remember more unknown hosts`)
    accepted = key
    if (firstWarning(shown, received)) tellUnknown({ host: shown, type: publicKeyType(key), fingerprint: received, sendsSecrets })
  }

  const isHeld = async (key: Buffer, received: string, refuse: (why: string) => Error) => {
    const held = name === undefined ? undefined : heldKey(name)
    if (held && !held.equals(key)) throw refuse(`the host key of ${shown} has changed since the first connection of this process: expected ${await fingerprint(held)}, received ${received}`)
    return held !== undefined
  }

  const tellUnknown = (about: UnknownHostKey) => {
    const secrets = sendsSecrets ? ' A password, or the answers to its questions, may be sent to it though nobody has verified it.' : ''
    process.emitWarning(`The host key of ${shown} is not known: it is accepted, ${about.fingerprint} (${printable(about.type)}).${secrets} Add it to known_hosts, or pass hostVerifier.`, { type: 'SecurityWarning', code: 'SSH2_HOST_KEY_UNKNOWN' })
    warn(about)
  }

  const loggedIn = async () => {
    if (accepted === undefined || host === undefined || name === undefined) return
    const received = await fingerprint(accepted)
    const refuse = (why: string, cause?: unknown) => denied(why, { mode, host: shown, received }, cause)
    // Of two first connections at once the second one has been accepted before the first key was remembered.
    holdKey(name, accepted)
    await isHeld(accepted, received, refuse)
    if (mode === 'accept-new') await record(host, port, accepted, refuse)
  }

  return { known, verify, loggedIn }
}

const asOne = (files: readonly ReadFile[]) => new KnownHostsFile(joinedTexts(files.map(({ text }) => text)))

/**
 * Adds a line to the user's file, with a hashed name if the file's other names are hashed, unless the files have come to know the host meanwhile.
 * A failure only causes a warning: the login stands. @throws ClientError `Host denied …` if the files know the host by another key now
 */
async function record(host: string, port: number, key: Buffer, refuse: (why: string, cause: unknown) => Error): Promise<void> {
  let written = false
  try {
    const { trustOnFirstUse } = await import('../../host-key/trust-on-first-use.ts')
    const store = await storeOfKnownHosts(() => { written = true })
    const hash = new KnownHostsFile((await readKnownHosts()).find(({ path }) => path === userFile())?.text).entries.some(({ names }) => names.startsWith('|'))
    await trustOnFirstUse(store, { hash }).verify({ host, port, key, algorithm: publicKeyType(key) })
  } catch (error) {
    // Once the line is there, a store that fails may have another key beside it.
    if (error instanceof HostKeyError && (written || error.code !== 'ERR_HOST_KEY_STORE')) throw refuse(error.message, error)
    const why = error instanceof HostKeyError ? error.cause : error
    process.emitWarning(`The host key could not be written to ${userFile()}: ${String(why)}`, { code: 'SSH2_HOST_KEY_NOT_WRITTEN' })
  }
}
