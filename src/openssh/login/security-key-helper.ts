import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { KeyError } from '../../errors/ssh-error.ts'
import type { Bytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'

/**
 * The protocol of OpenSSH's program ssh-sk-helper, which talks to security keys (FIDO2): one message to its standard input, and one back.
 * Each is a uint32 with the length of what follows, the version, and the contents.
 */
const VERSION = 5
const ERROR = 0
const SIGN = 1
/** What the helper writes to standard error: LogLevel ERROR. */
const LOG_ERRORS = 2
/** No answer is longer. */
const MAXIMUM_LENGTH = 256 * 1024
/** OpenSSH's numbers of errors (ssherr.h), and what they mean for a signature. */
const WRONG_PIN = 43
const REASONS: Readonly<Record<number, string>> = { 4: 'the security key refused, or does not know this key', [WRONG_PIN]: 'the PIN is wrong, or one is needed', 59: 'the security key cannot do what the key needs', 60: 'no security key with this key is plugged in' }

/** Where the helper is sought; the real system by default. */
export interface HelperSurroundings {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether there is such a program. */
  readonly runs: (path: string) => boolean
}

/** Debian; BSD and macOS; Fedora; Arch and Alpine; OpenSSH's own default. */
const PLACES = ['/usr/lib/openssh/ssh-sk-helper', '/usr/libexec/ssh-sk-helper', '/usr/libexec/openssh/ssh-sk-helper', '/usr/lib/ssh/ssh-sk-helper', '/usr/local/libexec/ssh-sk-helper']

const HERE: HelperSurroundings = {
  platform: process.platform,
  environment: process.env,
  runs(path) {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  },
}

/** The helper's path: `$SSH_SK_HELPER`, or where systems install it. @throws KeyError `ERR_KEY_UNSUPPORTED` if there is none */
export function helperPath({ platform, environment, runs }: HelperSurroundings = HERE): string {
  const named = environment['SSH_SK_HELPER']
  if (named) {
    if (!runs(named)) throw failed(`the program that SSH_SK_HELPER names cannot be run: ${named}`)
    return named
  }
  const found = (platform === 'win32' ? [`${environment['SystemRoot'] ?? 'C:\\Windows'}\\System32\\OpenSSH\\ssh-sk-helper.exe`] : PLACES).find(runs)
  if (found === undefined) throw failed('the key is on a security key, and OpenSSH\'s program ssh-sk-helper, which signs with it, is not installed: install OpenSSH\'s client, name the program in SSH_SK_HELPER, or add the key to an agent')
  return found
}

export interface SignRequest {
  /** The key's entry of its file (`SecurityKeyFile.entry`). */
  readonly entry: Uint8Array
  /** A library for the device, or `internal`. */
  readonly provider: string
  readonly data: Uint8Array
  readonly pin?: string
  /** Ends the helper. */
  readonly signal?: AbortSignal
  /** What the helper says on standard error. */
  readonly tell: (line: string) => void
}

/** The device wants a PIN, or another one. */
export class PinNeeded extends KeyError {}

/** Signs with ssh-sk-helper. @returns the whole signature blob @throws KeyError `ERR_KEY_UNSUPPORTED` with the helper's reason, `PinNeeded` */
export async function signByHelper(request: SignRequest, helper = helperPath()): Promise<Bytes> {
  return readAnswer(await converse(helper, message(request), request))
}

function message({ entry, provider, data, pin = '' }: SignRequest): Bytes {
  const body = new WireWriter().byte(VERSION).uint32(SIGN).boolean(true).uint32(LOG_ERRORS)
    // The algorithm is the key's own, and no old server's oddities are asked for.
    .string(entry).string(provider).string(data).string('').uint32(0).string(pin)
  return new WireWriter().string(body.finish()).finish()
}

function converse(helper: string, text: Bytes, { signal, tell }: SignRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(helper, [], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, ...signal && { signal } })
    const answer: Buffer[] = []
    let said = '', length = 0
    child.on('error', (cause) => { reject(failed(`${helper} cannot be run: ${cause.message}`, cause)) })
    child.stdin.on('error', () => { /* The helper has ended: its exit code tells. */ })
    child.stdout.on('data', (chunk: Buffer) => {
      answer.push(chunk)
      length += chunk.length
      if (length > MAXIMUM_LENGTH) child.kill()
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => { said = `${said}${chunk}`.slice(-4096) })
    child.on('close', (code) => {
      for (const line of said.split(/[\r\n]+/).filter(Boolean)) tell(line)
      text.fill(0)
      if (code === 0) resolve(Buffer.concat(answer))
      else reject(failed(`${helper} failed${code === null ? '' : ` with exit code ${code}`}`))
    })
    child.stdin.end(text)
  })
}

function readAnswer(bytes: Uint8Array): Bytes {
  const malformed = (cause?: unknown) => failed('the answer of ssh-sk-helper is malformed', cause)
  try {
    const outer = new WireReader(bytes), reader = new WireReader(outer.string())
    outer.end()
    const version = reader.byte()
    if (version !== VERSION) throw failed(`ssh-sk-helper speaks version ${version} of its protocol, and this program version ${VERSION}`)
    const type = reader.uint32()
    if (type === ERROR) throw refusal(reader.uint32())
    if (type !== SIGN) throw malformed()
    const signature = reader.string()
    reader.end()
    return signature
  } catch (error) {
    throw error instanceof KeyError ? error : malformed(error)
  }
}

function refusal(number: number): KeyError {
  const reason = `signing with the security key failed: ${REASONS[number] ?? `error ${number} of OpenSSH`}`
  return number === WRONG_PIN ? new PinNeeded(reason, { code: 'ERR_KEY_PASSPHRASE_WRONG' }) : failed(reason)
}

const failed = (text: string, cause?: unknown) => new KeyError(text, { code: 'ERR_KEY_UNSUPPORTED', ...cause !== undefined && { cause } })
