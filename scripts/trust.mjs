// npm run trust : writes docs/trust.md, one page, from the tables of the other runs in docs/. It contains no figure that was typed in here.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const page = (name) => existsSync(`docs/${name}.md`) ? readFileSync(`docs/${name}.md`, 'utf8') : undefined
const dateOf = (text) => /\d{4}-\d\d-\d\d/.exec(text)?.[0] ?? ''
const cells = (line) => line.split('|').slice(1, -1).map((cell) => cell.trim())
const number = (text) => Number(text.replace(/[^\d.]/g, ''))
const count = (value) => value.toLocaleString('en-GB')
const sum = (list) => list.reduce((total, one) => total + one, 0)
const bare = (text) => text.replaceAll('*', '')

/** Rows of the first table after a heading, each by the names of its columns. */
function tableOf(text, heading = '') {
  const lines = text.slice(Math.max(0, text.indexOf(heading))).split('\n')
  const start = lines.findIndex((line) => line.startsWith('|'))
  if (start < 0) return []
  const heads = cells(lines[start])
  const rows = []
  for (let at = start + 2; lines[at]?.startsWith('|'); at++) rows.push(Object.fromEntries(cells(lines[at]).map((cell, column) => [heads[column], cell])))
  return rows
}

const table = (heads, rows) => [heads, heads.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n')
const missing = (what, command) => `Not run yet: \`${command}\` writes ${what}.`

function servers() {
  const text = page('interop')
  if (!text) return missing('docs/interop.md', 'npm run test:interop')
  const rows = tableOf(text, '## Features')
  const features = Object.keys(rows[0] ?? {}).slice(2)
  const tried = tableOf(text, '## Algorithms').map((row) => bare(row['exchanges that worked']).split(' of ').map(number))
  return `${rows.length} servers that nobody here wrote, each with every algorithm that it shares with us: ${count(sum(tried.map(([worked]) => worked)))} of ${count(sum(tried.map(([, all]) => all)))} exchanges worked
(handshake, host key, login, 100 kB there and back). “yes” means that the server has the feature, “–” that it lacks it, or that our set-up does not use it.

${table(['server', ...features], rows.map((row) => [`${row.server} (${row.version})`, ...features.map((name) => row[name])]))}

\`npm run test:interop\`, ${dateOf(text)}: [interop.md](interop.md), with the algorithms.`
}

function pastes() {
  const text = page('paste')
  if (!text) return missing('docs/paste.md', 'npm run test:paste')
  const rows = tableOf(text)
  const heads = Object.keys(rows[0] ?? {})
  return `${table(heads, rows.map((row) => heads.map((head) => row[head])))}

A text pasted at once into a terminal that does not echo. \`npm run test:paste\`, ${dateOf(text)}: [paste.md](paste.md).`
}

function networks() {
  const text = page('networks')
  if (!text) return missing('docs/networks.md', 'npm run test:networks')
  const rows = tableOf(text)
  const whole = rows.filter(({ result }) => /right bytes/.test(result))
  const ended = rows.filter(({ result }) => /ERR_|limit/.test(result))
  const bytes = sum(whole.map(({ result }) => 2 * number(/^[\d,]+/.exec(result)?.[0])))
  return `${table(['faults tried', 'survived: all bytes right', 'ended with the required error or at the caller\'s limit', 'bytes there and back', 'bytes lost or wrong'],
    [[rows.length, whole.length, ended.length, count(bytes), rows.length === whole.length + ended.length ? 0 : '**see networks.md**']])}

At each of nine stages, packets come late, twice, out of order, one byte at a time or never, and connections stand still, are cut or are reset. \`npm run test:networks\`, ${dateOf(text)}: [networks.md](networks.md).`
}

function hostile() {
  const text = page('hostile')
  if (!text) return missing('docs/hostile.md', 'npm run test:hostile')
  const states = tableOf(text, '## Each message')
  const all = states[states.length - 1]
  const [sftp] = tableOf(text, '## SFTP').slice(-1)
  const floods = tableOf(text, '## Without end')
  return `${table(['a hostile server', 'cases', 'continued with the right bytes', 'ended with a typed error', 'escaped traps, hangs, wrong bytes, leaked memory'], [
    [`each message at each of ${states.length - 1} states`, all.lies, all['went on'], all['typed error'], all['not as it must be']],
    ['SFTP replies', sftp.lies, sftp['went on'], sftp['typed error'], 0],
    ['endless floods', floods.length, '–', `${floods.length}, or at the caller's limit`, 0],
  ])}

A run with findings fails, and writes no table. \`npm run test:hostile\`, ${dateOf(text)}: [hostile.md](hostile.md). Patches of libssh2 for which
a test shows that the bad input does harm without the patch, and none with it: ${count(fixes())} ([FIXES-PROOF.md](../deps/libssh2/FIXES-PROOF.md), \`scripts/fixes-without.sh\`).`
}

const proof = () => readFileSync('deps/libssh2/FIXES-PROOF.md', 'utf8')

function fixes() {
  return tableOf(proof()).filter((row) => !Object.values(row).some((cell) => cell.includes('NOT SHOWN'))).length
}

/** Sums a column of times such as "5.3 min" and "8 s". */
function hours(rows) {
  const minutes = sum(rows.map(({ CPU }) => number(CPU) / (CPU.endsWith(' min') ? 1 : 60)))
  return `${(minutes / 60).toFixed(1)} hours`
}

function mutation() {
  const text = page('mutation')
  if (!text) return missing('docs/mutation.md', 'npm run mutation')
  const rows = tableOf(text)
  const heads = Object.keys(rows[0] ?? {}).slice(1)
  const folders = new Map()
  for (const row of rows.filter(({ source }) => source.startsWith('src/'))) {
    const folder = row.source.split('/').slice(0, 3).filter((part) => !part.endsWith('.ts')).join('/')
    folders.set(folder, heads.map((head, at) => (folders.get(folder)?.[at] ?? 0) + number(row[head])))
  }
  return `Small changes of the sources, each alone; a change is noticed if a test fails with it. Those that are explained make no difference.

${table(['sources', ...heads], [...folders].map(([folder, numbers]) => [folder, ...numbers.map(count)]))}

\`npm run mutation\`: [mutation.md](mutation.md), by file.`
}

function openssh() {
  const text = page('openssh-regress')
  if (!text) return missing('docs/openssh-regress.md', 'npm run test:openssh -- --write')
  const suites = text.split('## `--suite ').slice(1).map((section) => [/: (OpenSSH_\S+)/.exec(section)?.[1], /\*\*(.*?)\*\*/.exec(section)?.[1], /ran on (\d+ \w+ \d{4})/.exec(section)?.[1] ?? ''])
  return `${table(['the suite of', 'tests that pass, of those that stock ssh passes', 'when'], suites)}

OpenSSH's regression tests with the program of this package in the place of \`ssh\`. \`npm run test:openssh\`: [openssh-regress.md](openssh-regress.md), with the reason of each that does not pass.`
}

function gateway() {
  const text = page('gateway')
  if (!text) return missing('docs/gateway.md', 'npm run test:gateway')
  const rows = tableOf(text, '<!-- rows')
  return `${table(['what', 'wanted', 'measured'], rows.map((row) => [row.what, row.wanted, row.measured]))}

\`npm run test:gateway\`: [gateway.md](gateway.md), with how each is measured.`
}

function fuzzing() {
  const text = page('fuzzing')
  if (!text) return missing('docs/fuzzing.md', 'npm run fuzz -- --minutes 240')
  const runs = tableOf(text, '## Run so far')
  const findings = tableOf(text, '## Findings')
  const coverage = /The kept inputs cover[^]*?\n\n/.exec(text)?.[0].trim().split('`npm run fuzz` prints')[0].trim() ?? ''
  const heads = Object.keys(runs[0] ?? {})
  return `${table(heads, runs.map((row) => heads.map((head) => row[head])))}

${coverage}

CPU in all: ${hours(runs.filter(({ what }) => /^C\b/.test(what)))} for the C, ${hours(runs.filter(({ what }) => /^TypeScript/.test(what)))} for the TypeScript. Found and fixed: ${findings.length}. \`npm run fuzz -- --minutes 240\`: [fuzzing.md](fuzzing.md), with wall-clock and CPU time.`
}

function soak() {
  const text = page('soak')
  if (!text) return missing('docs/soak.md', 'npm run soak')
  const rows = tableOf(text)
  const heads = Object.keys(rows[0] ?? {})
  const done = /## What was done\n\n([^]*?)\n(?:\n|$)/.exec(text)?.[1] ?? ''
  return `${table(heads, rows.map((row) => heads.map((head) => row[head])))}

${done}

${existsSync('docs/soak.svg') ? '![Memory, descriptors and handles over time](soak.svg)\n\n' : ''}\`npm run soak\`: [soak.md](soak.md).`
}

writeFileSync('docs/trust.md', `# What was tested, with the results

\`npm run trust\` writes this page from the tables of the other runs in this folder; each section names the command that reproduces its figures.

## Servers and features

${servers()}

## A paste into a terminal that does not echo

${pastes()}

## Bad networks

${networks()}

## Hostile servers

${hostile()}

## Fuzzing

${fuzzing()}

## Long runs

${soak()}

## Mutation testing

${mutation()}

## OpenSSH's own tests

${openssh()}

## Gateway

${gateway()}

## Isolation, supply chain

These have no figures, but tests that \`npm test\` runs each time: a trap, a memory limit or a full heap ends one session while 50 others continue, and the memory contains no secret
afterwards (\`test/isolation/\`). \`npm run reproducible\` shows that two builds in
different folders give the same \`dist/\`, byte for byte. [SECURITY.md](../SECURITY.md) says what the library defends against, and how to report a vulnerability;
[claims.md](claims.md) lists the tests behind each of its sentences, and [attacks.md](attacks.md) those against each kind of attack.
`)
console.log('docs/trust.md')
