// What mutation testing found that no test noticed in src/host-key/known-hosts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KnownHostsFile, knownHosts } from '../../../src/index.ts'
import { authorityKey, bare, blob, certify, newKey } from './ssh-keygen.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const directory = temporaryDirectory('known-hosts-edges')
afterAll(() => directory.remove())

let key: string, other: string, authority: string, certificate: Uint8Array
beforeAll(async () => {
  key = bare((await keyPair('ed25519', 'host')).publicKey)
  other = newKey(directory, 'other')
  authority = bare((await authorityKey('ecdsa')).publicKey)
  certificate = blob(await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'h.example']))
})
const verify = async (text: string, presented: Uint8Array = blob(key), revoked?: string) => knownHosts(text, revoked === undefined ? {} : { revoked }).verify({ host: 'h.example', port: 22, key: presented, algorithm: 'ssh-ed25519' })
const code = (name: string) => ({ name: 'HostKeyError', code: name })

describe('a list of revoked keys', () => {
  test('refuses what is in it, and nothing else', async () => {
    await expect(verify(`h.example ${key}\n`, blob(key), `${key}\n`)).rejects.toMatchObject(code('ERR_HOST_KEY_REVOKED'))
    await expect(verify(`h.example ${key}\n`, blob(key), `${other}\n`)).resolves.toBeUndefined()
    await expect(verify(`h.example ${key}\n`)).resolves.toBeUndefined()
  })
})

describe('certificates', () => {
  test('an authority needs its marker, and has to be the one that signed', async () => {
    await expect(verify(`@cert-authority h.example ${authority}\n`, certificate)).resolves.toBeUndefined()
    await expect(verify(`h.example ${authority}\n`, certificate)).rejects.toMatchObject({ name: 'HostKeyError' })
    await expect(verify(`@cert-authority h.example ${other}\n`, certificate)).rejects.toMatchObject(code('ERR_HOST_KEY_UNKNOWN'))
    await expect(verify(`h.example ${other}\n`, certificate)).rejects.toMatchObject(code('ERR_HOST_KEY_CHANGED'))
  })
  test('a revoked key and a revoked authority, each alone', async () => {
    const trusted = `@cert-authority h.example ${authority}\n`
    await expect(verify(`${trusted}@revoked h.example ${key}\n`, certificate)).rejects.toMatchObject(code('ERR_HOST_KEY_REVOKED'))
    await expect(verify(`${trusted}@revoked h.example ${authority}\n`, certificate)).rejects.toMatchObject(code('ERR_HOST_KEY_REVOKED'))
    await expect(verify(`h.example ${key}\n@revoked h.example ${key}\n`)).rejects.toMatchObject(code('ERR_HOST_KEY_REVOKED'))
  })
})

describe('hashed names', () => {
  const sha1 = (fill: number) => Buffer.alloc(20, fill).toString('base64')
  test.each<[string, string]>([
    ['no hash', `|1|${sha1(1)}`], ['nothing at all', '|1|'], ['a third part', `|1|${sha1(1)}|${sha1(2)}|${sha1(3)}`], ['a short salt', `|1|${Buffer.alloc(19).toString('base64')}|${sha1(2)}`],
    ['a short hash', `|1|${sha1(1)}|${Buffer.alloc(19).toString('base64')}`], ['no base64', `|1|${sha1(1)}|***`], ['another number', `|2|${sha1(1)}|${sha1(2)}`],
  ])('with %s are no names: the line is warned of, and kept', async (_, name) => {
    const warned: number[] = []
    const file = new KnownHostsFile(`h.example ${key}\n${name} ${key}\n`, { onWarning: (_problem, line) => { warned.push(line) } })
    expect(warned).toEqual([2])
    expect(await file.find('h.example')).toHaveLength(1)
    expect(file.toString()).toBe(`h.example ${key}\n${name} ${key}\n`)
  })
  test('a right one is not warned of', () => {
    const warned: number[] = []
    new KnownHostsFile(`|1|${sha1(1)}|${sha1(2)} ${key}\n`, { onWarning: (_problem, line) => { warned.push(line) } })
    expect(warned).toEqual([])
  })
})
