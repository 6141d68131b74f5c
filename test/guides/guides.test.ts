import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Client, connect, knownHosts, publicKey } from '../../src/index.ts'
import { runBlock, typeScriptBlocks } from '../readme/code-blocks.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { EXPECTED } from './expected.ts'

// Node 20 has none of its own.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket

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
