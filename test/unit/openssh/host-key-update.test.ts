// UpdateHostKeys in the program: what the files of ssh_config(5) say about when the keys that a server announces are kept.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatPublicKey, generateKeyPair } from '../../../src/index.ts'
import { readSshConfig } from '../../../src/openssh/config/ssh-config.ts'
import { hostKeyPolicyOf } from '../../../src/openssh/host-keys/policy.ts'
import { updatesHostKeys } from '../../../src/openssh/host-keys/update.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { blob } from '../host-key/ssh-keygen.ts'

const directory = temporaryDirectory('cli-host-key-update')
afterAll(() => directory.remove())

let current: string, next: string, gone: string
beforeAll(async () => { [current, next, gone] = await Promise.all([1, 2, 3].map(async () => formatPublicKey(await generateKeyPair('ed25519')))) as [string, string, string] })
const at = (names: string, ...keys: readonly string[]) => keys.map((key) => `${names} ${key}\n`).join('')

let files = 0
interface Setting { readonly first?: string, readonly second?: string, readonly system?: string, readonly answers?: readonly string[], readonly host?: string, readonly announced?: readonly string[], readonly meanwhile?: (first: string) => void }

/** Connects, hears an announcement, and gives the two files of the user, the questions and what was told. */
async function after(options: readonly string[], { first, second, system, answers = [], host = 'h.example', announced = [current, next], meanwhile }: Setting) {
  const [one, two, three] = [1, 2, 3].map((n) => directory.file(`${++files}-${n}`)) as [string, string, string]
  for (const [file, text] of [[one, first], [two, second], [three, system]] as const) if (text !== undefined) writeFileSync(file, text)
  const config = await readSshConfig({ host, file: 'none', options: [...options, `UserKnownHostsFile ${one} ${two}`, `GlobalKnownHostsFile ${three}`] })
  const asked: string[] = [], told: string[] = [], left = [...answers]
  const policy = hostKeyPolicyOf(config, { ask: async (question) => { asked.push(question); meanwhile?.(one); return left.shift() }, tell: (text, level = 'INFO') => { told.push(`${level}: ${text}`) } })
  await policy.verify({ host, port: 22, key: blob(current), algorithm: 'ssh-ed25519' })
  await policy.update?.({ host, port: 22, current: blob(current), keys: announced.map(blob), prove: async () => true })
  const text = (file: string) => existsSync(file) ? readFileSync(file, 'utf8') : undefined
  return { first: text(one), second: text(two), system: text(three), asked, told }
}
const YES = ['UpdateHostKeys yes']

test('by default only with the default files, and not with VerifyHostKeyDNS', async () => {
  const of = async (...options: string[]) => updatesHostKeys(await readSshConfig({ host: 'h', file: 'none', options }))
  expect(await of()).toBe('yes')
  expect(await of('UpdateHostKeys no')).toBe('no')
  expect(await of('UpdateHostKeys ask')).toBe('ask')
  expect(await of('UpdateHostKeys ask', 'BatchMode yes')).toBe('no')
  expect(await of('UserKnownHostsFile /tmp/x')).toBe('no')
  expect(await of('UserKnownHostsFile /tmp/x', 'UpdateHostKeys yes')).toBe('yes')
  expect(await of('UserKnownHostsFile none', 'UpdateHostKeys yes')).toBe('no')
  expect(await of('VerifyHostKeyDNS yes')).toBe('no')
})

describe('yes', () => {
  test('the first file gets the keys, the host goes from the others', async () => {
    expect(await after(YES, { first: at('other', gone), second: `# mine\n${at('h.example', current)}` })).toMatchObject({ first: `${at('other', gone)}${at('h.example', current, next)}`, second: '# mine\n', asked: [] })
  })
  test('what is learnt and forgotten is for the verbose', async () => {
    const { first, told } = await after(YES, { first: at('h.example', current, gone) })
    expect(first).toBe(at('h.example', current, next))
    expect(told).toEqual(expect.arrayContaining([expect.stringMatching(/^VERBOSE: Learned new hostkey: ED25519 SHA256:/), expect.stringMatching(/^VERBOSE: Deprecating obsolete hostkey: ED25519 SHA256:/)]))
  })
  test('HostKeyAlias is the name', async () => {
    expect((await after([...YES, 'HostKeyAlias alias'], { first: at('alias', current) })).first).toBe(at('alias', current, next))
  })
  test('HashKnownHosts', async () => {
    expect((await after([...YES, 'HashKnownHosts yes'], { first: at('h.example', current) })).first).toMatch(/^h\.example .*\n\|1\|.*\n$/)
  })
  test('a person who has accepted the host has accepted its keys', async () => {
    expect((await after(YES, { answers: ['yes'] })).first).toBe(at('h.example', current, next))
  })
})

describe('nothing changes', () => {
  test('the host is known from the global file only', async () => {
    expect(await after(YES, { system: at('h.example', current) })).toMatchObject({ first: undefined, system: at('h.example', current) })
  })
  test('the host is known from KnownHostsCommand only', async () => {
    const file = directory.file('command')
    writeFileSync(file, at('h.example', current))
    expect((await after([...YES, `KnownHostsCommand /bin/cat ${file}`], {})).first).toBeUndefined()
  })
  test.each(['accept-new', 'no'])('the host is new, and StrictHostKeyChecking %s has accepted it', async (checking) => {
    expect((await after([...YES, `StrictHostKeyChecking ${checking}`], {})).first).toBe(at('h.example', current))
  })
  test('NoHostAuthenticationForLocalhost has accepted it', async () => {
    const known = at('127.0.0.1', current)
    expect((await after([...YES, 'NoHostAuthenticationForLocalhost yes'], { first: known, host: '127.0.0.1' })).first).toBe(known)
  })
  test('a new key is in RevokedHostKeys', async () => {
    const revoked = directory.file('revoked'), known = at('h.example', current, gone)
    writeFileSync(revoked, `${next}\n`)
    expect((await after([...YES, `RevokedHostKeys ${revoked}`], { first: known })).first).toBe(known)
  })
  test('a new RSA key is shorter than RequiredRSASize', async () => {
    const rsa = formatPublicKey(await generateKeyPair('rsa', { bits: 2048 }))
    expect((await after([...YES, 'RequiredRSASize 3072'], { first: at('h.example', current), announced: [current, rsa] })).first).toBe(at('h.example', current))
    expect((await after(YES, { first: at('h.example', current), announced: [current, rsa] })).first).toBe(at('h.example', current, rsa))
  })
  // The host's only line went from the second file: it was unknown then, and the next key of anybody would have been its first.
  test('another program writes the first file meanwhile, and the host is in the second', async () => {
    const known = at('h.example', current)
    expect(await after(['UpdateHostKeys ask'], { first: '', second: known, answers: ['yes'], meanwhile: (first) => { writeFileSync(first, at('other', gone)) } })).toMatchObject({ first: at('other', gone), second: known })
  })
  test('UpdateHostKeys no', async () => {
    expect((await after(['UpdateHostKeys no'], { first: at('h.example', current) })).first).toBe(at('h.example', current))
  })
})

describe('ask', () => {
  const ASK = ['UpdateHostKeys ask']
  test.each<[readonly string[], boolean, number]>([[['yes'], true, 1], [['YES'], true, 1], [['no'], false, 1], [[], false, 1], [['what', 'yes'], true, 2], [['a', 'b', 'c', 'yes'], false, 3]])('%j', async (answers, changes, questions) => {
    const known = at('h.example', current, gone)
    const { first, asked, told } = await after(ASK, { first: known, answers })
    expect(first).toBe(changes ? at('h.example', current, next) : known)
    expect(asked).toEqual(Array(questions).fill('Accept updated hostkeys? (yes/no): '))
    expect(told).toEqual(expect.arrayContaining([expect.stringMatching(/^INFO: Learned new hostkey/)]))
  })
})
