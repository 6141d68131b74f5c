import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { choiceName, type Choice, type Shared } from './choices.ts'

/** What a run found out about one server. */
export interface TableRow {
  readonly server: string
  /** The server's identification string. */
  readonly banner: string
  readonly byDefault: Choice
  readonly shared: Shared
  readonly tried: number
  readonly failed: number
}

const file = fileURLToPath(new URL('../../build/interop.md', import.meta.url))

/** Writes build/interop.md: the table of the run, in the order of its rows. */
export function writeTable(rows: readonly TableRow[], everything: boolean): string {
  const names = (list: readonly string[]) => list.map((name) => name.replace(/@.*/, '')).join(' ')
  const lines = rows.map(({ server, banner, byDefault, shared, tried, failed }) => [
    server,
    banner.replace('SSH-2.0-', ''),
    choiceName(byDefault),
    names([...new Set(shared.kex)]),
    names(shared.hostKey),
    names(shared.cipher),
    names(shared.mac),
    `${tried - failed} of ${tried}`,
  ])
  const heads = ['server', 'version', 'negotiated by default', 'kex', 'host keys', 'ciphers', 'MACs', 'exchanges that worked']
  const table = [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  const how = everything ? 'Every two shared algorithms of different kinds together, and with quick servers all that are not weak in all combinations.' : 'Every shared algorithm once.'
  mkdirSync(fileURLToPath(new URL('.', `file://${file}`)), { recursive: true })
  writeFileSync(file, `# Interoperability, ${new Date().toISOString().slice(0, 10)}\n\n${how} Each exchange: handshake, host key compared, login, 100 kB there and back, exit status.\n\n${table.join('\n')}\n`)
  return file
}
