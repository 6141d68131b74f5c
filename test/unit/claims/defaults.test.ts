// Defaults and facts of the package that SECURITY.md and the README promise.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkedLimits } from '../../../src/bindings/session/rekey-limits.ts'
import { connect } from '../../../src/client/connect.ts'
import { insecureAcceptAnyHostKey, keyboardInteractive } from '../../../src/index.ts'
import { message, serveHandshake, SSH_MSG, startScriptedServer } from '../../support/scripted-server.ts'

const manifest = (path: string) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as { dependencies?: object, optionalDependencies?: object, scripts?: Record<string, string> }

test('keys are renewed after 1 GiB or an hour by default', () => {
  expect(checkedLimits({})).toEqual({ bytes: 1_073_741_824, seconds: 3600 })
})

test('the package has no runtime dependencies and no scripts that run where it is installed', () => {
  const { dependencies, optionalDependencies, scripts } = manifest('package.json')
  expect(dependencies).toBeUndefined()
  expect(optionalDependencies).toBeUndefined()
  for (const path of ['package.json', 'packages/gateway/package.json', 'packages/ssh2-wasm/package.json', 'packages/terminal/package.json']) {
    expect(Object.keys(manifest(path).scripts ?? {}).filter((name) => /^(pre|post)?install$|^prepare$/.test(name)), path).toEqual([])
  }
  expect(scripts).toHaveProperty('reproducible')
})

test('banners and prompts reach the caller as the server has sent them', async () => {
  const text = 'red \x1b[31m and right-to-left \u202e text'
  let prompts: readonly string[] = []
  let banner = ''
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    connection.send(message(SSH_MSG.USERAUTH_BANNER).string(text).string('').finish())
    for (;;) {
      const asked = await connection.receive(SSH_MSG.USERAUTH_REQUEST)
      if (!Buffer.from(asked).includes('keyboard-interactive')) connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['keyboard-interactive']).boolean(false).finish())
      else {
        connection.send(message(60).string('').string('').string('').uint32(1).string(text).boolean(false).finish())
        await connection.receive(61)
        connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
        return void await connection.receiveAll()
      }
    }
  })
  const client = await connect({
    host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), onBanner: (said) => { banner += said },
    auth: [keyboardInteractive((asked) => {
      prompts = asked.map((prompt) => prompt.text)
      return asked.map(() => 'answer')
    })],
  })
  await client.close()
  expect(banner).toBe(text)
  expect(prompts).toEqual([text])
})
