import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Client, connect, knownHosts, publicKey } from '../../src/index.ts'
import { runBlock, typeScriptBlocks } from '../readme/code-blocks.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'

// Node 20 has none of its own.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket

/** What the blocks of each guide print, in order: lines, or a pattern for what differs. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'first-command.md': ['hello\n careful\n {"code":3,"signal":null,"coreDumped":false,"message":""}', '3', '588895 {"code":0,"signal":null,"coreDumped":false,"message":""}', 'true still here'],
  'terminal.md': ['true {"code":0,"signal":null,"coreDumped":false,"message":""}', 'true'],
  'browser-terminal.md': ['{"code":3,"signal":null,"coreDumped":false,"message":""}\ntrue', '{"code":0,"signal":null,"coreDumped":false,"message":""}', 'false publickey'],
  'sftp.md': ['some text\n\na true', '3000000 3000000 3000000', 'far 5000000003', 'ERR_SFTP_NO_SUCH_FILE true'],
  'tunnels.md': ['true', 'hello', 'true true'],
  'jump-hosts.md': ['three hops away'],
  'keys-and-agents.md': ['true true\nERR_KEY_PASSPHRASE_WRONG', 'ecdsa-sha2-nistp256', 'signed elsewhere'],
  'recipes.md': ['127.0.0.1 up\nnowhere.invalid ENOTFOUND\n1 1', 'releases/1', '1 2 3 4', '42 rows', '2 0 2', '7', 'root did it 0', 'inside', 'publickey', 'capabilities^{} 0'],
  'signatures.md': ['signed by alice@example.org', 'true'],
  'host-keys.md': ['true {"code":0,"signal":null,"coreDumped":false,"message":""}', 'true'],
  'errors-and-timeouts.md': ['TimeoutError', 'true ERR_LIBSSH2_SOCKET_DISCONNECT'],
  'browsers-and-bundlers.md': ['true'],
  'gateways-and-workers.md': ['through a gateway\n'],
  'comparison.md': [],
  'migrating-from-asyncssh.md': ['one\ntwo\n4'],
  'migrating-from-node-ssh.md': ['a b 0'],
  'migrating-from-ssh2-sftp-client.md': ['a b c b'],
  'program.md': [],
  'migrating-from-ssh2.md': [],
  'migrating-from-ssh2-python.md': ['as in Python'],
}

describe('the guides', () => {
  let server: SshServer
  let client: Client
  let files: TemporaryDirectory
  let names: Record<string, unknown>

  beforeAll(async () => {
    server = await startSshd()
    files = temporaryDirectory('guides')
    const known = server.hostKeys.map(({ publicKey: line }) => `[127.0.0.1]:${server.port} ${line}`).join('\n')
    const key = readFileSync(server.keys.ed25519.path, 'utf8')
    const { host, port, user: username } = server
    client = await connect({ host, port, username, hostKey: knownHosts(known), auth: [publicKey(key)] })
    names = { client, host, port, username, known, key, folder: files.path }
  })
  afterAll(async () => {
    await client.close()
    await server.stop()
    files.remove()
  })

  test('are all here', () => {
    expect(readdirSync(fileURLToPath(new URL('../../docs/guides', import.meta.url))).sort()).toEqual(Object.keys(EXPECTED).sort())
  })

  for (const [guide, outputs] of Object.entries(EXPECTED)) {
    const document = `docs/guides/${guide}`
    const blocks = typeScriptBlocks(document)
    test(`${guide} has ${outputs.length} blocks`, () => expect(blocks).toHaveLength(outputs.length))
    for (const [index, output] of outputs.entries()) {
      test(`${guide}, block ${index + 1}, prints what it should`, async () => {
        const block = blocks[index]
        expect(block && await runBlock(document, block, names)).toBe(output)
      })
    }
  }
})
