import { type Field, stretched, type Stretched, unknownStretched, unknownVariants, type Variant, variants } from './fields.ts'

/** A name of ours and the fields of one form of a message. */
type Form = readonly [name: string, fields: readonly Field[]]

const EMPTY = new Uint8Array(0)
const POINT = new Uint8Array(32).fill(7)
const PRIME = new Uint8Array(256).fill(255)
const blob = (length: number) => new Uint8Array(length).fill(0x41)
const string = (value: string | Uint8Array): Field => ['string', value]
const number = (value: number): Field => ['uint32', value]
const yes: Field = ['boolean', 1]
const no: Field = ['boolean', 0]

const NAME_LISTS: readonly Field[] = [
  'curve25519-sha256,kex-strict-s-v00@openssh.com', 'ssh-ed25519', 'aes128-ctr', 'aes128-ctr', 'hmac-sha2-256', 'hmac-sha2-256', 'none', 'none', '', '',
].map(string)

/** All forms that a server could send, by message number: RFC 4250 to 4256, 4419, 5656, 8308 and OpenSSH's PROTOCOL. `channel`: the client's number. */
function formsOf(channel: number): Readonly<Record<number, readonly Form[]>> {
  const own: Field = ['channel', channel]
  const request = (name: string, reply: Field, ...rest: readonly Field[]): Form => [name, [own, string(name), reply, ...rest]]
  const open = (name: string, ...rest: readonly Field[]): Form => [name, [string(name), number(5), number(1 << 20), number(32768), ...rest]]
  return {
    1: [['DISCONNECT', [number(11), string('bye'), string('en')]]],
    2: [['IGNORE', [string('ignored')]]],
    3: [['UNIMPLEMENTED', [number(3)]]],
    4: [['DEBUG', [yes, string('a word'), string('en')]]],
    5: [['SERVICE_REQUEST', [string('ssh-connection')]]],
    6: [['SERVICE_ACCEPT', [string('ssh-userauth')]], ['SERVICE_ACCEPT of another', [string('ssh-connection')]]],
    7: [['EXT_INFO', [number(1), string('server-sig-algs'), string('rsa-sha2-256,rsa-sha2-256')]], ['EXT_INFO unknown', [number(2), string('a'), string('b'), string('c'), string('d')]]],
    8: [['NEWCOMPRESS', []]],
    20: [['KEXINIT', [['bytes', new Uint8Array(16)], ...NAME_LISTS, no, number(0)]]],
    21: [['NEWKEYS', []]],
    30: [['KEX_ECDH_INIT', [string(POINT)]]],
    31: [['KEX_ECDH_REPLY', [string(blob(104)), string(POINT), string(blob(100))]], ['KEX_DH_GEX_GROUP', [string(PRIME), string(Uint8Array.of(2))]]],
    32: [['KEX_DH_GEX_INIT', [string(PRIME)]]],
    33: [['KEX_DH_GEX_REPLY', [string(blob(104)), string(PRIME), string(blob(100))]]],
    34: [['KEX_DH_GEX_REQUEST', [number(2048), number(4096), number(8192)]]],
    50: [['USERAUTH_REQUEST', [string('user'), string('ssh-connection'), string('password'), no, string('secret')]]],
    51: [['USERAUTH_FAILURE', [string('publickey,password,keyboard-interactive'), no]], ['USERAUTH_FAILURE partial', [string('hostbased'), yes]]],
    52: [['USERAUTH_SUCCESS', []]],
    53: [['USERAUTH_BANNER', [string('welcome\r\n'), string('en')]]],
    60: [
      ['USERAUTH_INFO_REQUEST', [string('name'), string('say'), string(''), number(2), string('Password: '), no, string('Token: '), yes]],
      ['USERAUTH_PK_OK', [string('ssh-ed25519'), string(blob(51))]],
      ['USERAUTH_PASSWD_CHANGEREQ', [string('too old'), string('')]],
    ],
    61: [['USERAUTH_INFO_RESPONSE', [number(1), string('answer')]]],
    63: [['GSSAPI_EXCHANGE_COMPLETE', []]],
    64: [['GSSAPI_ERROR', [number(1), number(1), string('no'), string('')]]],
    65: [['GSSAPI_ERRTOK', [string(blob(20))]]],
    66: [['GSSAPI_MIC', [string(blob(20))]]],
    80: [
      ['keepalive@openssh.com', [string('keepalive@openssh.com'), yes]],
      ['hostkeys-00@openssh.com', [string('hostkeys-00@openssh.com'), no, string(blob(51))]],
      ['tcpip-forward', [string('tcpip-forward'), yes, string('127.0.0.1'), number(22)]],
    ],
    81: [['REQUEST_SUCCESS', []], ['REQUEST_SUCCESS with a port', [number(2222)]]],
    82: [['REQUEST_FAILURE', []]],
    90: [
      open('session'),
      open('forwarded-tcpip', string('127.0.0.1'), number(2222), string('127.0.0.1'), number(40000)),
      open('forwarded-streamlocal@openssh.com', string('/tmp/socket'), string('')),
      open('x11', string('127.0.0.1'), number(40000)),
      open('auth-agent@openssh.com'),
      open('direct-tcpip', string('127.0.0.1'), number(22), string('127.0.0.1'), number(40000)),
    ],
    91: [['CHANNEL_OPEN_CONFIRMATION', [own, number(78), number(1 << 20), number(32768)]]],
    92: [['CHANNEL_OPEN_FAILURE', [own, number(1), string('no'), string('en')]]],
    93: [['CHANNEL_WINDOW_ADJUST', [own, number(1000)]]],
    94: [['CHANNEL_DATA', [own, string('more')]]],
    95: [['CHANNEL_EXTENDED_DATA', [own, number(1), string('more')]]],
    96: [['CHANNEL_EOF', [own]]],
    97: [['CHANNEL_CLOSE', [own]]],
    98: [
      request('exit-status', no, number(3)),
      request('exit-signal', no, string('TERM'), no, string('killed'), string('en')),
      request('keepalive@openssh.com', yes),
      request('eow@openssh.com', no),
      request('window-change', no, number(80), number(24), number(0), number(0)),
    ],
    99: [['CHANNEL_SUCCESS', [own]]],
    100: [['CHANNEL_FAILURE', [own]]],
  }
}

/** What no client knows: numbers that nobody has given out, and among those of the authentication methods (RFC 4252 section 6) all but 60. */
export const isUnknown = (type: number): boolean => !(type in formsOf(0)) || (type > 60 && type < 80)

/** A message of a hostile server. */
export interface HostileMessage extends Variant {
  /** Message number. */
  readonly type: number
  readonly name: string
  /** How many times in a row it is sent. */
  readonly times: number
}

/** Every message number, every form of it, every variant; the right forms also many times. Their order and number do not depend on `channel`. */
export function hostileMessages(channel = 0): readonly HostileMessage[] {
  const made = madeFor.get(channel) ?? makeMessages(channel)
  madeFor.set(channel, made)
  return made
}

const madeFor = new Map<number, readonly HostileMessage[]>()

function makeMessages(channel: number): HostileMessage[] {
  const forms = formsOf(channel)
  const list: HostileMessage[] = []
  for (let type = 0; type < 256; type++) {
    const known = forms[type]
    const add = (name: string, all: readonly Variant[]) => {
      for (const variant of all) list.push({ type, name, times: 1, ...variant })
      list.push({ type, name, times: 40, ...all[0]!, how: `${all[0]!.how}, 40 times` })
    }
    if (known) for (const [name, fields] of known) add(name, variants(type, fields))
    else add(`message ${type}`, unknownVariants(type))
  }
  list.push({ type: 0, name: 'no message at all', how: 'empty', times: 1, payload: EMPTY })
  return list
}

/** A message of the longest packet that is taken. */
export interface StretchedMessage extends Stretched {
  readonly type: number
  readonly name: string
}

/** Every message number, every form of it, stretched to 256 KiB. Their order and number do not depend on `channel`. */
export function stretchedMessages(channel = 0): readonly StretchedMessage[] {
  const forms = formsOf(channel)
  return Array.from({ length: 256 }, (_, type) => forms[type]
    ? forms[type].flatMap(([name, fields]) => stretched(type, fields).map((each) => ({ type, name, ...each })))
    : unknownStretched(type).map((each) => ({ type, name: `message ${type}`, ...each }))).flat()
}
