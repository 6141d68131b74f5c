// write-proof.mjs ROWS : deps/libssh2/FIXES-PROOF.md from the rows of scripts/fixes-without.sh and the reasons of no-proof.txt. Patches that ROWS
// does not have keep the rows that they have there.
import { readFileSync } from 'node:fs'
import { patches, reasons as reasonsOf } from './series.mjs'

/** Rows by the name of their patch. @param {string} text @returns {Map<string, string>} */
const rowsOf = text => new Map([...text.matchAll(/^\| (\d{4}-[^ ]+) \| .*$/gm)].map(([row, name]) => [/** @type {string} */ (name), row]))

const [kept = ''] = readFileSync('deps/libssh2/FIXES-PROOF.md', 'utf8').split('\n## ')
const rows = new Map([...rowsOf(kept), ...rowsOf(readFileSync(/** @type {string} */ (process.argv[2]), 'utf8'))])
const names = patches().map(({ name }) => name)
const reasons = reasonsOf('scripts/fixes/no-proof.txt')

const neither = names.filter(name => !rows.has(name) && !reasons.has(name.slice(0, 4)))
if (neither.length > 0) throw new Error(`neither a test nor a reason: ${neither.join(', ')}`)

console.log(`# What happens without each patch

Written by \`scripts/fixes-without.sh\`: libssh2 with all patches but one (and but those later ones that build on its lines), on which
the tests of \`test/fixes/\` and \`test/native/\` that bear its number are run. With all patches applied the same tests pass, in the native, the release
and the sanitizer build. \`scripts/fixes-without.sh NNNN\` renews one row. *In part*: lines that later patches changed again stayed; *by hand*:
\`scripts/fixes/without/\` says what was undone.

| without | and without | build | what the first failing test shows |
|---|---|---|---|
${names.filter(name => rows.has(name)).map(name => rows.get(name)).join('\n')}

## Patches that no test shows, and why

| patch | reason |
|---|---|
${names.filter(name => !rows.has(name)).map(name => `| ${name} | ${reasons.get(name.slice(0, 4))} |`).join('\n')}`)
