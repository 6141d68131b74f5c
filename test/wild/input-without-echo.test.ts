// A lot typed or pasted into a terminal that does not echo: OpenSSH's sshd sends SSH_MSG_IGNORE as large as each write to the terminal
// (channels.c, "Simulate echo to reduce the impact of traffic analysis"): what the terminal took at once, and while its reader keeps up that is anything up to the
// 2 MiB of the channel's window.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'

let server: SshServer
beforeAll(async () => { server = await startSshd() })
afterAll(() => server[Symbol.asyncDispose]())

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')

test.each([120_000, 1_000_000, 16_000_000])('%d bytes pasted into a terminal that does not echo arrive', async (size) => {
  using directory = temporaryDirectory('paste')
  const file = directory.file('pasted')
  await using client = await connect({
    transport: await connectTcp(server), username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
  await using shell = await client.exec(`stty -echo; echo READY; cat > ${file}; echo DONE`, { pty: { term: 'xterm', columns: 80, rows: 24 } })
  const output = shell.stdout.getReader()
  const decoder = new TextDecoder()
  const until = async (word: string) => {
    for (let text = ''; !text.includes(word);) {
      const { value, done } = await output.read()
      if (done) throw new Error(`the terminal ended before ${word}: ${text}`)
      text += decoder.decode(value, { stream: true })
    }
  }
  await until('READY')
  const line = `${'x'.repeat(79)}\n`
  const pasted = line.repeat(Math.ceil(size / line.length))
  const input = shell.stdin.getWriter()
  await input.write(new TextEncoder().encode(`${pasted}\x04`))
  await until('DONE')
  expect(sha256(readFileSync(file))).toBe(sha256(pasted))
  expect(client.session.failure).toBeUndefined()
}, 120_000)
