import { writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import type { SshConfig } from '../../../src/openssh/config/ssh-config.ts'
import { orderIdentities } from '../../../src/openssh/login/identities.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const files = temporaryDirectory('identities')
afterAll(() => files.remove())

/** The keys that would be tried for one IdentityFile, and why each cannot be used. */
async function tried(path: string, identityFilesNamed: boolean): Promise<readonly string[]> {
  const config = { identityFile: [path], identityFilesNamed, certificateFile: [], identitiesOnly: false, requiredRSASize: 2048, numberOfPasswordPrompts: 3 } as unknown as SshConfig
  const found = orderIdentities([], { config, person: { tell: () => {} } as never, agent: undefined, ended: new AbortController().signal })
  return await Promise.all(found.map(({ name, signer }) => signer().then(() => `${name}: usable`, (error: Error) => `${name}: ${error.message}`)))
}

test('a key file that the user named and that cannot be used is reported when its turn comes; a default one is not', async () => {
  const [missing, other] = [files.file('missing'), files.file('known_hosts')]
  writeFileSync(other, 'example.org ssh-ed25519 AAAA\n', { mode: 0o600 })
  expect(await tried(missing, true)).toEqual([`${missing}: the file does not exist, or cannot be read`])
  expect(await tried(other, true)).toEqual([`${other}: this is not a private key of a known format`])
  expect(await tried(missing, false)).toEqual([])
  expect(await tried(other, false)).toEqual([])
})
