// A key file of a security key logs in as with OpenSSH's ssh: through the same helper. The helper is the fake one, which stock ssh takes for its own.
import { chmodSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import { fakeHelper, securityKeyFiles, type SecurityKeyType } from '../support/security-key-files.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { ended, sshPrograms, type Which } from './beside-ssh.ts'
import { configFor } from './program.ts'

const TYPES: readonly SecurityKeyType[] = ['ed25519', 'ec']

describe.runIf(requirePeer('sshd'))('the key file of a security key', { timeout: 120_000 }, () => {
  let server: SshServer, files: TemporaryDirectory, config: string
  let programs: Readonly<Record<Which, string>>
  beforeAll(async () => {
    files = temporaryDirectory('security-key-login')
    const keys = TYPES.map((type) => ({ type, ...securityKeyFiles(type) }))
    for (const { type, text, device } of keys) {
      writeFileSync(files.file(type), text)
      chmodSync(files.file(type), 0o600)
      writeFileSync(files.file(`${type}.device`), device)
    }
    writeFileSync(files.file('allowed'), keys.map(({ line }) => `${line}\n`).join(''))
    server = await startSshd({ config: [`AuthorizedKeysFile ${files.file('allowed')}`] })
    config = configFor({ ...server, keys: { ...server.keys, ed25519: { ...server.keys.ed25519, path: 'none' } } }, files, ['IdentitiesOnly yes', 'BatchMode yes'])
    programs = sshPrograms(files)
  })
  afterAll(async () => {
    await server?.stop()
    files?.remove()
  })

  const both = async (type: SecurityKeyType, helper: string, ...options: string[]) => Promise.all((['stock', 'ours'] as const).map((which) =>
    ended([programs[which], '-F', config, ...options, '-i', files.file(type), 'demo', 'echo in; exit 6'], { env: { SSH_SK_HELPER: helper } })))

  test.each(TYPES)('%s logs in, and without a terminal only -v says that a touch is needed', async (type) => {
    const helper = fakeHelper(files.file(`helper-${type}`), { FAKE_SK_KEY: files.file(`${type}.device`) })
    const [stock, ours] = await both(type, helper)
    expect(stock).toEqual({ code: 6, stdout: 'in\n', stderr: '' })
    expect(ours).toEqual(stock)
    expect((await ended([programs.ours, '-v', '-F', config, '-i', files.file(type), 'demo', 'true'], { env: { SSH_SK_HELPER: helper } })).stderr).toMatch(/Confirm user presence for key E\w+-SK SHA256:\S+/)
  })

  test('SecurityKeyProvider reaches the helper, and a device that is not there is told', async () => {
    const helper = fakeHelper(files.file('helper-elsewhere'), { FAKE_SK_KEY: files.file('ec.device') })
    const [stock, ours] = await both('ec', helper, '-o', 'SecurityKeyProvider=/some/library.so')
    expect([stock?.code, ours?.code]).toEqual([255, 255])
    expect(ours?.stderr).toContain('no security key with this key is plugged in')
  })

  test('without the helper, the error says what is missing', async () => {
    const [stock, ours] = await both('ed25519', files.file('no-helper'))
    expect([stock?.code, ours?.code]).toEqual([255, 255])
    expect(ours?.stderr).toContain(`SSH_SK_HELPER names cannot be run: ${files.file('no-helper')}`)
  })
})
