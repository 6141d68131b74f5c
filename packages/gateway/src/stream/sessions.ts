/// The sessions of a gateway, and who may resume which. For any runtime.
import { CloseCode, ID_LENGTH, type Resume, SECRET_LENGTH, toBase64url } from 'libssh2-wasm/gateway-protocol'
import { sameBytes } from '../policy/same-secret.ts'
import type { ClientSide } from './sides.ts'
import type { Session } from './session.ts'

/** The data about a session besides its bytes. */
export interface SessionOwner {
  readonly user: string
  readonly origin: string | undefined
}

interface Entry<Owner> {
  readonly session: Session
  readonly owner: Owner
  /** SHA-256, so that a dump of the gateway's memory cannot be used to resume. */
  readonly secretHash: Uint8Array
}

/** The only reason that a client gets when it may not resume. */
export interface RefusedResume {
  readonly code: number
  readonly reason: string
  /** It named no session, or not its secret: that counts as a guess. */
  readonly guess: boolean
}

export class Sessions<Owner extends SessionOwner> {
  readonly #entries = new Map<string, Entry<Owner>>()

  get size(): number {
    return this.#entries.size
  }

  *[Symbol.iterator](): IterableIterator<Entry<Owner>> {
    yield* this.#entries.values()
  }

  async add(session: Session, owner: Owner, secret: Uint8Array): Promise<void> {
    this.#entries.set(session.id, { session, owner, secretHash: await sha256(secret) })
  }

  delete(id: string): void {
    this.#entries.delete(id)
  }

  /** Checks everything before anything is changed, so that a refusal disturbs nobody. @param user of a new ticket, if one was presented */
  async find({ id, secret, received }: Resume, origin: string | undefined, user: string | undefined): Promise<Entry<Owner> | RefusedResume> {
    const shown = await sha256(secret)
    const entry = this.#entries.get(id)
    // The time does not reveal whether the session exists or only the secret is wrong.
    if (!sameBytes(shown, entry?.secretHash ?? NOBODY) || !entry?.session.resumable) return { code: CloseCode.gone, reason: 'no such session', guess: true }
    if (origin !== entry.owner.origin) return { code: CloseCode.notAllowed, reason: 'another origin', guess: false }
    if (user !== undefined && user !== entry.owner.user) return { code: CloseCode.notAllowed, reason: 'another user', guess: false }
    if (!entry.session.canResume(received)) return { code: CloseCode.position, reason: 'wrong position', guess: false }
    return entry
  }
}

const NOBODY = new Uint8Array(32)

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}

export function newIdentity(): { readonly id: string, readonly secret: Uint8Array } {
  return { id: toBase64url(crypto.getRandomValues(new Uint8Array(ID_LENGTH))), secret: crypto.getRandomValues(new Uint8Array(SECRET_LENGTH)) }
}

/** Resumes a session that `find` has found, if that is still possible. */
export function goOn(session: Session, client: ClientSide, received: number): boolean {
  if (!session.canResume(received)) return false
  session.resume(client, received)
  return true
}
