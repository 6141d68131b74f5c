import { MAXIMUM_LENGTH, SIGN_FLAGS } from '../../keys/agent/messages.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { ParsedKey } from '../utils/parsed-key.ts'

/** Flags of a request to sign, by the hash of an RSA signature. */
export const HASH_FLAGS = { sha256: SIGN_FLAGS['rsa-sha2-256'], sha512: SIGN_FLAGS['rsa-sha2-512'] } as const

/** What an agent is asked to sign with. */
export interface SignatureWanted {
  readonly key: ParsedKey
  /** `rsa-sha2-512`, `ssh-ed25519`, … */
  readonly algorithm: string
}

/** A request as the side of the agent gets it. Answers go out in the order of the requests, whichever is answered first. */
export class AgentInboundRequest {
  readonly #type: number
  readonly #wanted: SignatureWanted | undefined
  /** The message that answers it. @internal */
  answer: Buffer | undefined

  constructor(type: number, wanted?: SignatureWanted) {
    this.#type = type
    this.#wanted = wanted
  }

  /** Whether it has been answered. */
  hasResponded(): boolean {
    return this.answer !== undefined
  }

  /** Number of its message. */
  getType(): number {
    return this.#type
  }

  /** The signature algorithm that is asked for; undefined where no signature is. */
  getContext(): string | undefined {
    return this.#wanted?.algorithm
  }

  /** What is to be signed with which key. @internal */
  get wanted(): SignatureWanted | undefined {
    return this.#wanted
  }
}

/** A message with its length in front. @param write adds what follows the type */
export function message(type: number, write: (writer: WireWriter) => void = () => {}): Buffer {
  const writer = new WireWriter(1024).byte(type)
  write(writer)
  return Buffer.from(new WireWriter(1024).string(writer.finish()).finish())
}

/** Messages out of a stream of bytes. */
export class MessageSplitter {
  #rest: Buffer = Buffer.alloc(0)

  /** The messages that are whole now, each without its length. @throws Error for one that is longer than any agent's, or empty */
  add(data: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data])
    const messages: Buffer[] = []
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE(0)
      if (length < 1 || length > MAXIMUM_LENGTH) throw new Error(`A message of an agent has ${length} bytes`)
      if (this.#rest.length < 4 + length) break
      messages.push(this.#rest.subarray(4, 4 + length))
      this.#rest = this.#rest.subarray(4 + length)
    }
    return messages
  }

  clear(): void {
    this.#rest = Buffer.alloc(0)
  }
}
