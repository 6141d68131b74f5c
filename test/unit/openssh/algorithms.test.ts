import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { defaultAlgorithms } from '../../../src/client/algorithms.ts'
import { algorithmsOf, availableAlgorithms } from '../../../src/openssh/algorithms.ts'
import { readSshConfig } from '../../../src/openssh/config/ssh-config.ts'

const hostKeys = async (list: string) => {
  const told: string[] = []
  const names = algorithmsOf('hostKey', await readSshConfig({ host: 'h.example', file: 'none', options: [`HostKeyAlgorithms ${list}`] }), (text) => told.push(text))
  return { names, told }
}

describe('host-key algorithms', () => {
  test('every certificate that a host can have is offered by default, those of security keys too', () => {
    expect(defaultAlgorithms('hostKey')).toEqual(expect.arrayContaining(['sk-ssh-ed25519-cert-v01@openssh.com', 'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com']))
  })
  test.each(['sk-ssh-ed25519-cert-v01@openssh.com', 'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com', 'ssh-mldsa44-ed25519', 'ssh-mldsa44-ed25519-cert'])('%s can be named', async (name) => {
    expect(await hostKeys(name)).toEqual({ names: [name], told: [] })
  })
  test('what is offered only by name is not in the list of all', () => {
    expect(availableAlgorithms('hostKey').filter((name) => name.includes('mldsa'))).toEqual([])
  })
  test('ssh2-wasm names the same ones', () => {
    const { DEFAULT_SERVER_HOST_KEY } = createRequire(import.meta.url)('../../../packages/ssh2-wasm/lib/protocol/constants.js') as { DEFAULT_SERVER_HOST_KEY: readonly string[] }
    expect(DEFAULT_SERVER_HOST_KEY).toEqual(defaultAlgorithms('hostKey'))
  })
})
