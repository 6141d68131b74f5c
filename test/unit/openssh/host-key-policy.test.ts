import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostKeyAdvice, hostKeyPolicyOf } from '../../../src/openssh/host-keys/policy.ts'
import { readSshConfig } from '../../../src/openssh/config/ssh-config.ts'
import type { HostKeyError } from '../../../src/errors/ssh-error.ts'
import { type KeyPair, keyPair } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { bare, blob, findWithSshKeygen, newKey } from '../host-key/ssh-keygen.ts'

const directory = temporaryDirectory('cli-host-keys')
afterAll(() => directory.remove())

let pair: KeyPair, key: string, other: string
beforeAll(async () => {
  pair = await keyPair('ed25519', 'host')
  key = bare(pair.publicKey)
  other = newKey(directory, 'other')
})

let files = 0

/** A person with prepared answers, and what they were shown. */
async function setUp(options: readonly string[], answers: readonly string[] = [], known = '') {
  const file = directory.file(`known-${++files}`), system = directory.file(`system-${files}`)
  if (known !== '') writeFileSync(file, known)
  const config = await readSshConfig({ host: 'h.example', file: 'none', options: [`UserKnownHostsFile ${file}`, `GlobalKnownHostsFile ${system}`, ...options] })
  const left = [...answers], asked: string[] = [], told: string[] = []
  const policy = hostKeyPolicyOf(config, {
    async ask(question) {
      asked.push(question)
      return left.shift()
    },
    tell: (text, level) => { if (level !== 'DEBUG') told.push(text) },
  })
  const verify = async (line = key, port = 22) => policy.verify({ host: 'h.example', port, key: blob(line), algorithm: 'ssh-ed25519' })
  return { config, policy, verify, asked, told, file, system, text: () => existsSync(file) ? readFileSync(file, 'utf8') : '' }
}

test.each(['MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512'])('FingerprintHash %s shows what ssh-keygen shows', async (hash) => {
  const file = directory.file(`public-${hash}`)
  writeFileSync(file, `${key}\n`)
  const [, shown] = execFileSync('ssh-keygen', ['-l', '-E', hash.toLowerCase(), '-f', file], { encoding: 'utf8' }).split(' ')
  const { verify, asked, text } = await setUp([`FingerprintHash ${hash.toLowerCase()}`], [shown!])
  await verify()
  expect(asked[0]).toContain(`${shown}.`)
  expect(asked[0]).toContain(`[${hash}]`)
  expect(text()).not.toBe('')
})

const unknown = { name: 'HostKeyError', code: 'ERR_HOST_KEY_UNKNOWN' }
const changed = { name: 'HostKeyError', code: 'ERR_HOST_KEY_CHANGED' }

describe('StrictHostKeyChecking', () => {
  test('ask: yes records the key and does not ask again', async () => {
    const { verify, asked, told, text } = await setUp([], ['yes'])
    await verify()
    await verify()
    expect(asked).toEqual([expect.stringContaining(pair.fingerprint)])
    expect(asked[0]).toContain('+--[ED25519 256]--+')
    expect(told).toEqual(["Added 'h.example' (ED25519) to the known hosts."])
    expect(text()).toBe(`h.example ${key}\n`)
  })

  test.each(['', `other.example ${'KEY'}\n`])('ask: another program has recorded another key meanwhile, which stands; behind %j', async (before) => {
    const { policy, file, system, text } = await setUp([], [], before.replace('KEY', key))
    writeFileSync(system, `third.example ${key}`)
    const rival = `h.example ${other}\n`
    const config = await readSshConfig({ host: 'h.example', file: 'none', options: [`UserKnownHostsFile ${file}`, `GlobalKnownHostsFile ${system}`] })
    const asking = hostKeyPolicyOf(config, { tell: () => {}, ask: () => {
      writeFileSync(file, `${text()}${rival}`)
      return Promise.resolve('yes')
    } })
    await expect(asking.verify({ host: 'h.example', port: 22, key: blob(key), algorithm: 'ssh-ed25519' })).rejects.toMatchObject(changed)
    expect(text()).toBe(`${before.replace('KEY', key)}${rival}`)
    await expect(policy.verify({ host: 'h.example', port: 22, key: blob(key), algorithm: 'ssh-ed25519' })).rejects.toMatchObject(changed)
  })

  test('ask: the fingerprint counts as yes; anything else is asked again', async () => {
    const { verify, asked } = await setUp([], ['maybe', 'SHA256:wrong', pair.fingerprint])
    await verify()
    expect(asked).toHaveLength(3)
  })

  test.each([['no'], ['NO'], [''], []])('ask: %j refuses', async (...answers) => {
    const { verify, text, told } = await setUp([], answers)
    await expect(verify()).rejects.toMatchObject(unknown)
    expect(text()).toBe('')
    expect(told).toEqual([])
  })

  test.each([['ask in batch mode', ['BatchMode yes']], ['yes', ['StrictHostKeyChecking yes']]])('%s: new hosts are refused unasked', async (_name, options) => {
    const { verify, asked } = await setUp(options)
    await expect(verify()).rejects.toMatchObject(unknown)
    expect(asked).toEqual([])
  })

  test.each(['accept-new', 'no', 'off'])('%s: new hosts are accepted unasked, changed ones refused', async (value) => {
    const { verify, asked, text } = await setUp([`StrictHostKeyChecking ${value}`])
    await verify()
    expect(text()).toBe(`h.example ${key}\n`)
    await expect(verify(other)).rejects.toMatchObject(changed)
    expect(asked).toEqual([])
  })

  test.each(['ask', 'yes', 'accept-new'])('%s: known hosts are accepted, changed ones refused unasked', async (value) => {
    const { verify, asked } = await setUp([`StrictHostKeyChecking ${value}`], ['yes'], `h.example ${key}`)
    await verify()
    await expect(verify(other)).rejects.toMatchObject(changed)
    expect(asked).toEqual([])
  })
})

test('hosts of the system file are known too; keys are added to the user file only', async () => {
  const { verify, system, text, policy } = await setUp(['StrictHostKeyChecking accept-new'], [], '# mine')
  writeFileSync(system, `h.example ${key}`)
  await verify()
  expect(text()).toBe('# mine')
  expect(await policy.preferredAlgorithms!('h.example', 22)).toEqual(['ssh-ed25519'])
  await verify(other, 2222)
  expect(text()).toBe(`# mine\n[h.example]:2222 ${other}\n`)
  expect(readFileSync(system, 'utf8')).toBe(`h.example ${key}`)
})

test('HashKnownHosts, HostKeyAlias and UserKnownHostsFile none are obeyed', async () => {
  const hashed = await setUp(['StrictHostKeyChecking accept-new', 'HashKnownHosts yes'])
  await hashed.verify()
  expect(hashed.text()).not.toContain('h.example')
  expect(findWithSshKeygen(directory, hashed.text(), 'h.example')).toHaveLength(1)

  const alias = await setUp(['StrictHostKeyChecking accept-new', 'HostKeyAlias other.name'])
  await alias.verify(key, 2222)
  expect(alias.text()).toBe(`other.name ${key}\n`)
  expect(alias.told).toEqual(["Added 'other.name' (ED25519) to the known hosts."])
  expect(await alias.policy.preferredAlgorithms!('h.example', 2222)).toEqual(['ssh-ed25519'])

  const nowhere = hostKeyPolicyOf(await readSshConfig({ host: 'h', file: 'none', options: ['UserKnownHostsFile none', 'GlobalKnownHostsFile none', 'StrictHostKeyChecking no'] }), { ask: async () => undefined, tell: (_text, level) => { if (level !== 'DEBUG') expect.unreachable() } })
  await nowhere.verify({ host: 'h', port: 22, key: blob(key), algorithm: 'ssh-ed25519' })
})

test('garbage in the files is told', async () => {
  const { verify, told } = await setUp([], [], `nonsense\nh.example ${key}\n`)
  await verify()
  expect(told).toEqual([expect.stringContaining('(1)')])
})

test.each([
  ['by name and port', [], '[h.example]:2222'],
  ['by HostKeyAlias, which has no port', ['HostKeyAlias other.example'], 'other.example'],
])('advice is given about changed keys, with a command that works: known %s', async (_how, options, name) => {
  const { config, verify, file } = await setUp([...options, 'Port 2222'], [], `${name} ${other}\n`)
  const error = await verify(key, 2222).catch((reason: unknown) => reason) as HostKeyError
  const advice = hostKeyAdvice(error, config)!
  expect(advice).toContain(`ssh-keygen -R '${name}' -f '${file}'`)
  execFileSync('sh', ['-c', advice.split('\n').at(-1)!], { stdio: 'ignore' })
  expect(readFileSync(file, 'utf8')).toBe('')
  const unknown = await setUp(['StrictHostKeyChecking yes'])
  const refused = await unknown.verify().catch((reason: unknown) => reason) as HostKeyError
  expect(refused.code).toBe('ERR_HOST_KEY_UNKNOWN')
  expect(hostKeyAdvice(refused, unknown.config)).toBeUndefined()
})
