import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startSshd } from '../support/sshd.ts'

const bundle = new URL('../../dist/', import.meta.url)
const built = existsSync(new URL('index.js', bundle))
if (!built) console.warn('skipped: the package where code cannot be made from text: dist/ is not built (./build.sh)')

/** What a page with `script-src 'self' 'wasm-unsafe-eval'` may do: compile WebAssembly, but make no code from text. */
const program = `
  import { Session } from ${JSON.stringify(new URL('bindings.js', bundle).href)}
  import { connectTcp } from ${JSON.stringify(new URL('node.js', bundle).href)}
  let refused = false
  try { new Function('return 1')() } catch (error) { refused = error instanceof EvalError }
  const session = await Session.create(await connectTcp({ host: '127.0.0.1', port: Number(process.argv[1]) }))
  await session.complete(() => session.handshake())
  console.log(JSON.stringify({ refused, server: session.bannerGet() }))
  await session.close()
`

test.runIf(built)('the package shakes hands where code cannot be made from text', async () => {
  await using server = await startSshd()
  const { stdout } = await promisify(execFile)(process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program, String(server.port)], { timeout: 15_000 })
  expect(JSON.parse(stdout)).toEqual({ refused: true, server: expect.stringMatching(/^SSH-2\.0-/) })
})
