import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PACKAGES } from './install.ts'
import { MANAGERS } from './managers.ts'
import type { Outcome } from './run.ts'

const DOCUMENT = fileURLToPath(new URL('../../docs/ssh2-packages.md', import.meta.url))

const count = ({ facts }: Outcome) => Array.isArray(facts) ? facts.length : 0

function verdict({ theirs, ours }: { readonly theirs: Outcome, readonly ours: Outcome }): string {
  if (ours.code === null) return 'did not end'
  if (ours.code !== 0) return 'failed'
  return JSON.stringify(ours.facts) === JSON.stringify(theirs.facts) ? 'equal' : 'differs'
}

const MANAGERS_BEGIN = '## Other package managers'

/** Writes the packages' part of docs/ssh2-packages.md, if the run was of all packages. */
export function writeTable(rows: readonly { readonly name: string, readonly theirs: Outcome, readonly ours: Outcome }[]): void {
  if (rows.length < Object.keys(PACKAGES).length) return
  const lines = rows.map((row) => `| ${row.name} | ${PACKAGES[row.name as keyof typeof PACKAGES]} | ${count(row.theirs)} | ${verdict(row)} |`)
  writeParts({ packages: `# Packages that depend on npm \`ssh2\`, with the drop-in

Each package was installed from npm into an empty folder, once unchanged and once with \`"overrides": { "ssh2": … }\` and the packed packages of this tree. The same
program (\`test/ssh2-packages/programs/\`) ran in both against OpenSSH. Its output was compared word for word, and it had to end by itself without an
unhandled rejection. The host was in known_hosts, and the mode was \`strict\`. The folder with the drop-in contains no native addon (\`*.node\`). \`npm run test:ssh2-packages\` writes this page.

| package | version | facts reported | the drop-in, compared with npm ssh2 |
|---|---|---|---|
${lines.join('\n')}
` })
}

/** Writes the part of docs/ssh2-packages.md about other package managers, if the run was of all of them. @param done names of those that passed */
export function writeManagers(done: readonly string[]): void {
  if (done.length < MANAGERS.length) return
  const lines = MANAGERS.map(({ name, specifier, line }) => `| ${name} | ${specifier.replace(/^.*@/, '')} | ${line} | no native addon; the program of ssh2-sftp-client runs and ends |`)
  writeParts({ managers: `${MANAGERS_BEGIN}

The same run installs ssh2-sftp-client with each of these, with the drop-in in place of \`ssh2\`, and runs its program.

| manager | version | where the replacement is written | result |
|---|---|---|---|
${lines.join('\n')}
` })
}

/** Replaces one part, and keeps the other. */
function writeParts(given: { readonly packages?: string, readonly managers?: string }): void {
  const text = readFileOrNothing()
  const start = text.includes(MANAGERS_BEGIN) ? text.indexOf(MANAGERS_BEGIN) : text.length
  const packages = given.packages ?? text.slice(0, start).trimEnd() + '\n'
  const managers = given.managers ?? text.slice(start)
  const next = managers ? `${packages}\n${managers}` : packages
  if (next !== text) writeFileSync(DOCUMENT, next)
}

function readFileOrNothing(): string {
  try {
    return readFileSync(DOCUMENT, 'utf8')
  } catch {
    return ''
  }
}
