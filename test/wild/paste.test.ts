// A lot pasted into a terminal that does not echo: OpenSSH's sshd sends SSH_MSG_IGNORE as large as each write to the terminal
// (channels.c, "Simulate echo to reduce the impact of traffic analysis"): what the terminal took at once, and while its reader keeps up that is anything up to the
// 2 MiB of the channel's window. `npm run test:paste` tries all servers with 16 MB and writes docs/paste.md; `npm test` a part of that.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStage, type Stage } from '../browser-terminal/stage.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { identification, pasteByLibrary } from './paste/by-library.ts'
import { pasteByPage } from './paste/by-page.ts'
import { pasteByProgram } from './paste/by-program.ts'
import { hashIn, pastedText, sha256 } from './paste/pasted.ts'
import { servers } from './paste/servers.ts'

const everything = process.env.PASTE === 'full'
const sizes = everything ? [16_000_000] : [120_000, 1_000_000]
const WAYS = ['library', 'program', 'page'] as const
type Row = { readonly server: string, version: string } & Partial<Record<typeof WAYS[number], string>>
const rows: Row[] = []

afterAll(() => {
  if (!everything) return
  const lines = [['server', 'version', ...WAYS.map((way) => `by the ${way}`)], ['---', '---', ...WAYS.map(() => '---')], ...rows.map((row) => [row.server, row.version, ...WAYS.map((way) => row[way] ?? '–')])]
  const folder = fileURLToPath(new URL('../../build/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}paste.md`, `# A paste into a terminal that does not echo, ${new Date().toISOString().slice(0, 10)}

Written by \`npm run test:paste\` (\`npm test\` pastes 120 kB and 1 MB). \`stty -echo; cat | sha256sum\` runs in a terminal of each server. The text is pasted at once, and the server's hash
must match that of the text. "By the program": \`libssh2-wasm\` in its own terminal; "by the page": examples/browser-terminal in Chromium, through its gateway.

${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`)
})

describe.each(everything ? servers : servers.slice(0, 3))('$name', ({ name, peers, start }) => {
  const here = peers.map(requirePeer).every(Boolean)
  const python = requirePeer('asyncssh')
  const chromium = everything && requirePeer('chromium')
  const row: Row = { server: name, version: '' }
  let server: SshServer
  let stage: Stage | undefined

  beforeAll(async () => {
    if (!here) return
    server = await start()
    row.version = await identification(server)
    rows.push(row)
    if (chromium) stage = await openStage([server.port])
  }, 180_000)
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await server?.stop()
  })

  const arrives = async (way: typeof WAYS[number], size: number, paste: (text: string) => Promise<string>) => {
    const text = pastedText(size)
    row[way] = '**no**'
    expect(hashIn(await paste(text))).toBe(sha256(text))
    row[way] = `${text.length.toLocaleString('en-GB')} bytes, hash equal`
  }

  for (const size of sizes) {
    test.runIf(here)(`${size} bytes pasted into a terminal that does not echo arrive, by the library`, () => arrives('library', size, (text) => pasteByLibrary(server, text)), 600_000)
    test.runIf(here && python)(`${size} bytes pasted arrive, by the program`, () => arrives('program', size, (text) => pasteByProgram(server, text)), 600_000)
  }
  // With npm test the page's own suite pastes.
  test.runIf(here && chromium)(`${sizes.at(-1)} bytes pasted arrive, by the page`, () => arrives('page', sizes.at(-1) as number, (text) => pasteByPage(stage as Stage, server, text)), 600_000)
})
