import { createRequire } from 'node:module'
import { readdirSync } from 'node:fs'
import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import wasm from '../../packages/ssh2-wasm/package.json' with { type: 'json' }
import { type AlgorithmKind, defaultAlgorithms, legacyAlgorithms } from '../../src/client/algorithms.ts'

const require = createRequire(import.meta.url)
const constants = require('../../packages/ssh2-wasm/lib/protocol/constants.js') as Record<string, readonly string[]>
const theirs = require('ssh2/lib/protocol/constants.js') as Record<string, unknown>

describe('the package ssh2-wasm', () => {
  test.each<[name: string, kind: AlgorithmKind, more: readonly string[]]>([
    ['KEX', 'kex', []], ['SERVER_HOST_KEY', 'hostKey', []], ['CIPHER', 'cipher', []], ['MAC', 'mac', []], ['COMPRESSION', 'compression', ['zlib@openssh.com']],
  ])('%s: the lists are those of the client', (name, kind, more) => {
    expect(constants[`DEFAULT_${name}`]?.toSorted()).toEqual(defaultAlgorithms(kind).toSorted())
    expect(constants[`SUPPORTED_${name}`]?.toSorted()).toEqual([...defaultAlgorithms(kind), ...legacyAlgorithms(kind), ...more].toSorted())
    expect(Object.keys(theirs)).toEqual(expect.arrayContaining([`DEFAULT_${name}`, `SUPPORTED_${name}`]))
  })

  test('its version is that of the ssh2 whose place it takes, and it asks for the library of this tree', () => {
    expect(wasm.version.split('.').slice(0, 2)).toEqual((require('ssh2/package.json') as { version: string }).version.split('.').slice(0, 2))
    expect(wasm.dependencies['libssh2-wasm']).toBe(`^${manifest.version}`)
  })

  test('each of its files takes the place of one of ssh2', () => {
    const files = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))
    const ssh2 = files(new URL('.', new URL(require.resolve('ssh2'), 'file:')).pathname)
    expect(ssh2).toEqual(expect.arrayContaining(files('packages/ssh2-wasm/lib')))
    // What programs may import is there, or says what to use instead; the rest belongs to the native addon.
    expect(ssh2.filter((name) => !files('packages/ssh2-wasm/lib').includes(name))).toEqual(ssh2.filter((name) => name.startsWith('protocol/crypto/')))
  })

  test.each(['Protocol', 'crypto', 'kex', 'zlib', 'utils', 'node-fs-compat', 'handlers', 'handlers.misc'])('lib/protocol/%s names the replacement', (name) => {
    expect(() => require(`../../packages/ssh2-wasm/lib/protocol/${name}.js`) as unknown).toThrow(`ssh2/lib/protocol/${name}.js is not in ssh2-wasm: `)
  })

  test('instanceof Channel knows channels', () => {
    const { Channel } = require('../../packages/ssh2-wasm/lib/Channel.js') as { Channel: new () => unknown }
    expect(Object.assign(new Duplex(), { setWindow() {}, signal() {} })).toBeInstanceOf(Channel)
    expect(new Duplex()).not.toBeInstanceOf(Channel)
    expect(() => new Channel()).toThrow(/client\.exec/)
  })
})
