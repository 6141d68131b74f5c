// write-proof.mjs ROWS [OF] : writes deps/libssh2/FIXES-PROOF.md from the rows of scripts/fixes-without.sh and the reasons in no-proof.txt. OF: which runs
// the rows come from, if not from one run over all patches.
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

const rows = readFileSync(process.argv[2], 'utf8').trim()
const names = readdirSync('deps/libssh2/patches', { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.patch')).map(file => basename(file, '.patch')).sort()
const reasons = new Map(readFileSync('scripts/fixes/no-proof.txt', 'utf8').split('\n').filter(line => /^\d/.test(line))
  .map(line => [line.slice(0, 4), line.slice(5)]))

const shown = name => rows.includes(`| ${name} |`)
const neither = names.filter(name => !shown(name) && !reasons.has(name.slice(0, 4)))
if (neither.length > 0) throw new Error(`neither a test nor a reason: ${neither.join(', ')}`)

console.log(`# What happens without each patch

Written by \`scripts/fixes-without.sh\`, ${process.argv[3] ?? 'one run over all patches'}: libssh2 with all patches but one (and but those later ones that build on its lines), on which
the tests of \`test/fixes/\` and \`test/native/\` that bear its number are run. With all patches applied the same tests pass, in the native, the release
and the sanitizer build. *In part*: lines that later patches changed again stayed; *by hand*: \`scripts/fixes/without/\` says what was undone.

| without | and without | build | what the first failing test shows |
|---|---|---|---|
${rows}

## Patches that no test shows, and why

| patch | reason |
|---|---|
${names.filter(name => !shown(name)).map(name => `| ${name} | ${reasons.get(name.slice(0, 4))} |`).join('\n')}`)
