/// The data with which a client resumes its stream. For any runtime, on both sides.
import { encodeBase64Url } from '../wire-format/base64.ts'

export { encodeBase64Url as toBase64url }

/** Bytes of the identifier, which may appear in logs; base64url makes 22 characters of them. */
export const ID_LENGTH = 16
/** Bytes of the secret, which only the client has; the gateway keeps its SHA-256. */
export const SECRET_LENGTH = 32

export interface Resume {
  /** base64url, 22 characters. */
  readonly id: string
  readonly secret: Uint8Array
  /** Bytes of the stream that the client has. */
  readonly received: number
}

/** base64url of the three, for `resume.…`. */
export function encodeResume({ id, secret, received }: Resume): string {
  const bytes = new Uint8Array(ID_LENGTH + SECRET_LENGTH + 8)
  bytes.set(fromBase64url(id) ?? [], 0)
  bytes.set(secret, ID_LENGTH)
  const view = new DataView(bytes.buffer, ID_LENGTH + SECRET_LENGTH)
  view.setUint32(0, Math.floor(received / 2 ** 32))
  view.setUint32(4, received % 2 ** 32)
  return encodeBase64Url(bytes)
}

/** undefined for text that `encodeResume` does not write. */
export function decodeResume(text: string): Resume | undefined {
  const bytes = text.length === Math.ceil((ID_LENGTH + SECRET_LENGTH + 8) * 4 / 3) ? fromBase64url(text) : undefined
  if (bytes?.length !== ID_LENGTH + SECRET_LENGTH + 8) return undefined
  const view = new DataView(bytes.buffer, ID_LENGTH + SECRET_LENGTH)
  const received = view.getUint32(0) * 2 ** 32 + view.getUint32(4)
  if (!Number.isSafeInteger(received)) return undefined
  return { id: encodeBase64Url(bytes.subarray(0, ID_LENGTH)), secret: bytes.slice(ID_LENGTH, ID_LENGTH + SECRET_LENGTH), received }
}

/** undefined for text that is not base64url. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
