import { type Bytes, copyBytes, encodeText } from '../../../wire-format/bytes.ts'
import { WireFormatError } from '../../../wire-format/wire-format-error.ts'
import { WireWriter } from '../../../wire-format/writer.ts'
import { malformed } from '../../key-error.ts'
import { isSecurityKey, SK_ECDSA } from '../../key-types.ts'
import { later } from '../../steps.ts'
import { findArmour, keyText } from '../key-text.ts'
import { type OpenedSection, openSection, OPENSSH_LABEL, sectionEnd, sectionReader } from './private-key.ts'

/** What a key file of a security key holds (PROTOCOL.u2f). The private key itself is on the device, which needs the handle to find it. */
export interface SecurityKeyFile {
  /** SSH public key blob. */
  readonly publicKey: Bytes
  /** The whole entry, as OpenSSH's programs pass it to each other: type, public key, application, flags, handle, and a reserved string. */
  readonly entry: Bytes
  /** A person must touch the device for each signature. */
  readonly touch: boolean
  readonly comment: string
}

const USER_PRESENCE_REQUIRED = 0x01

/** Reads the OpenSSH key file of a security key. @throws KeyError as `parsePrivateKey` does, and for keys of other types */
export async function readSecurityKey(source: string, passphrase?: string): Promise<SecurityKeyFile> {
  const secret = passphrase === undefined ? undefined : copyBytes(encodeText(passphrase))
  try {
    const block = findArmour(keyText(source), (label) => label === OPENSSH_LABEL)
    if (!block) throw malformed('this is not a private key in OpenSSH\'s format')
    return readEntry(await later(openSection(block.bytes, secret)))
  } catch (error) {
    if (error instanceof WireFormatError) throw malformed(`damaged private key: ${error.message}`)
    throw error
  } finally {
    secret?.fill(0)
  }
}

function readEntry(section: OpenedSection): SecurityKeyFile {
  const reader = sectionReader(section), start = reader.offset
  const type = reader.text(), own = new WireWriter().string(type)
  if (!isSecurityKey(type)) throw malformed('the private part of the key is not of a security key')
  // Public: the curve of ECDSA, the point or the key, and the application.
  for (let field = type === SK_ECDSA ? 3 : 2; field > 0; field--) own.string(reader.string())
  const flags = reader.byte()
  // The handle, and a string for later use.
  for (let field = 2; field > 0; field--) reader.string()
  const entry = copyBytes(section.plain.subarray(start, reader.offset))
  return { publicKey: copyBytes(section.publicKey), entry, touch: (flags & USER_PRESENCE_REQUIRED) !== 0, comment: sectionEnd(reader, section, own.finish()) }
}
