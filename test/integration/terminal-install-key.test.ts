// `<ssh-terminal>` puts a key into the server's authorized_keys, in whatever other tabs and programs do with the file at the same time.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test, vi } from 'vitest'
import { KeyInstaller } from '../../packages/terminal/src/keys/install.ts'
import type { Session } from '../../packages/terminal/src/session/session.ts'
import { connect, insecureAcceptAnyHostKey, publicKey, type SftpClient } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'

// The second login, which the installer tries in the end, is not what is looked at here.
vi.mock('../../packages/terminal/src/session/connection.ts', () => ({ openConnection: () => Promise.resolve({ client: { close: () => Promise.resolve() } }) }))

const home = temporaryDirectory('install-key')
afterAll(() => home.remove())

/** A tab that installs keys, and says when it has read the file; it goes on when it may. */
async function tab(server: Awaited<ReturnType<typeof startSshd>>, mayGoOn: (text: string) => Promise<void>) {
  const client = await connect({ transport: await connectTcp(server), username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path))] })
  const sftp = async (): Promise<SftpClient> => {
    const real = await client.sftp()
    const exists = real.exists.bind(real), readFile = real.readFile.bind(real) as (path: string, encoding: 'utf8') => Promise<string>
    vi.spyOn(real, 'exists').mockImplementation(async (path) => {
      const there = await exists(path)
      if (!there && String(path).endsWith('authorized_keys')) await mayGoOn('')
      return there
    })
    vi.spyOn(real, 'readFile').mockImplementation((async (path: string) => {
      const text = await readFile(path, 'utf8')
      await mayGoOn(text)
      return text
    }) as never)
    return real
  }
  const session = { client: { sftp }, keys: { line: (id: string) => Promise.resolve(`ssh-ed25519 ${id} of-a-tab`), list: () => Promise.resolve([]) }, target: {}, page: () => ({}) }
  return { installer: new KeyInstaller(session as unknown as Session), close: () => client.close() }
}

test.each([['there is none yet, nor its folder', undefined], ['there is one, whose last line is not ended', 'ssh-ed25519 OLD kept\nssh-ed25519 STOLEN removed-meanwhile']])('two tabs at once, and an administrator: %s', async (_what, before) => {
  const folder = home.file(before === undefined ? 'none' : 'one'), file = `${folder}/.ssh/authorized_keys`
  mkdirSync(before === undefined ? folder : `${folder}/.ssh`, { recursive: true })
  if (before !== undefined) writeFileSync(file, before)
  await using server = await startSshd({ config: [`ForceCommand internal-sftp -d ${folder}`] })
  let read = 0, goOn!: () => void
  const bothHaveRead = new Promise<void>((resolve) => { goOn = resolve })
  const mayGoOn = async () => {
    if (++read === 2) {
      if (before !== undefined) writeFileSync(file, 'ssh-ed25519 OLD kept\n')
      goOn()
    }
    await bothHaveRead
  }
  const tabs = await Promise.all([tab(server, mayGoOn), tab(server, mayGoOn)])
  expect(await Promise.all(tabs.map(({ installer }, number) => installer.install(`KEY${number}`, null)))).toEqual([true, true])
  await Promise.all(tabs.map(({ close }) => close()))
  const kept = before === undefined ? [] : ['ssh-ed25519 OLD kept']
  expect(readFileSync(file, 'utf8').split('\n').filter(Boolean).sort()).toEqual(['ssh-ed25519 KEY0 of-a-tab', 'ssh-ed25519 KEY1 of-a-tab', ...kept])
  if (before === undefined) expect([file, `${folder}/.ssh`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700])
})
