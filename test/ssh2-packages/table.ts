import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PACKAGES } from './install.ts'
import type { Outcome } from './run.ts'

const DOCUMENT = fileURLToPath(new URL('../../docs/ssh2-packages.md', import.meta.url))

const count = ({ facts }: Outcome) => Array.isArray(facts) ? facts.length : 0

function verdict({ theirs, ours }: { readonly theirs: Outcome, readonly ours: Outcome }): string {
  if (ours.code === null) return 'did not end'
  if (ours.code !== 0) return 'failed'
  return JSON.stringify(ours.facts) === JSON.stringify(theirs.facts) ? 'equal' : 'differs'
}

/** Writes docs/ssh2-packages.md, if the run was of all packages. */
export function writeTable(rows: readonly { readonly name: string, readonly theirs: Outcome, readonly ours: Outcome }[]): void {
  if (rows.length < Object.keys(PACKAGES).length) return
  const lines = rows.map((row) => `| ${row.name} | ${PACKAGES[row.name as keyof typeof PACKAGES]} | ${count(row.theirs)} | ${verdict(row)} |`)
  const text = `# Packages that depend on npm \`ssh2\`, with the drop-in

Each package was installed from npm into an empty folder, once unchanged and once with \`"overrides": { "ssh2": … }\` and the packed packages of this tree. The same
program (\`test/ssh2-packages/programs/\`) ran in both against OpenSSH. Its output was compared word for word, and it had to end by itself without an
unhandled rejection. The host was in known_hosts, and the mode was \`strict\`. The folder with the drop-in contains no native addon (\`*.node\`). \`npm run test:ssh2-packages\` writes this page.

| package | version | facts reported | the drop-in, compared with npm ssh2 |
|---|---|---|---|
${lines.join('\n')}
`
  if (readFileOrNothing() !== text) writeFileSync(DOCUMENT, text)
}

function readFileOrNothing(): string {
  try {
    return readFileSync(DOCUMENT, 'utf8')
  } catch {
    return ''
  }
}
