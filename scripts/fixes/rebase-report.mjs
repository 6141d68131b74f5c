// rebase-report.mjs NAME FOLDER : deps/libssh2/REBASE.md, of what scripts/fixes/rebase-trial.sh left in FOLDER: table.tsv, and of the last run of the tests
// report.json, again.json and tested.txt, the patches that it was on.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { FOLDERS, patches, reasons } from './series.mjs'

const OUTCOMES = ['fell away', 'applies', 'needs work']

const [name, folder] = /** @type {[string, string]} */ (/** @type {unknown} */ (process.argv.slice(2)))
const became = new Map(readFileSync(`${folder}/table.tsv`, 'utf8').trim().split('\n').map(line => /** @type {[string, string]} */ (line.split('\t'))))
const tried = patches().map(patch => ({ ...patch, outcome: became.get(`${patch.folder}/${patch.name}`) ?? 'not tried' }))
const why = reasons('scripts/fixes/rebase/reasons.txt')

/** @param {readonly (readonly (string | number)[])[]} rows */
const table = rows => rows.map(row => `| ${row.join(' | ')} |`).join('\n')
/** @param {string} of @param {string} outcome */
const count = (of, outcome) => tried.filter(patch => patch.folder === of && patch.outcome === outcome).length

/** @param {string} file @returns {{ name: string, assertionResults: { status: string }[] }[]} */
const results = file => existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : []
// What failed on a busy machine was run once more, alone.
const again = new Map(results(`${folder}/again.json`).map(file => [file.name, file]))
const files = results(`${folder}/report.json`).map(file => again.get(file.name) ?? file)
const tests = files.map(file => {
  /** @param {...string} statuses */
  const number = (...statuses) => file.assertionResults.filter(({ status }) => statuses.includes(status)).length
  return { path: relative(`${folder}/project`, file.name), passed: number('passed'), failed: number('failed'), left: number('skipped', 'pending', 'todo') }
}).sort((a, b) => a.path < b.path ? -1 : 1)
const failing = tests.filter(({ failed }) => failed > 0)
const passing = tests.filter(({ passed, failed }) => failed === 0 && passed > 0)
const tested = new Set(readFileSync(`${folder}/tested.txt`, 'utf8').trim().split('\n'))
const untested = tried.filter(patch => !tested.has(`${patch.name} ${patch.hash}`)).map(({ name: patch }) => `\`${patch}\``)
const sum = tests.reduce((total, { passed }) => total + passed, 0)

console.log(`# The series on other sources

Written by \`scripts/fixes/rebase-trial.sh --write\`, which fetches the newest sources of libssh2 that Debian has, tries each patch on them, builds what comes of
it, and runs the tests on that. A snapshot of upstream is tried the same way: \`scripts/fixes/rebase-trial.sh --write FOLDER NAME\`. \`test/unit/build/patches.test.ts\`
fails when a patch is not in the table at the end as it is now. \`TESTS=none\` renews the tables alone, in half a minute, and says which patches the tests have not seen.

Last trial: ${new Date().toISOString().slice(0, 10)}, on ${name}. Debian has release 1.11.1 with patches of its own, most of them for CVEs, as upstream has mended them since. It has no later
release, and no other place that these machines reach has one.

${table([['folder', ...OUTCOMES], ['---', '--:', '--:', '--:'], ...FOLDERS.map(of => [of, ...OUTCOMES.map(outcome => count(of, outcome))])])}

A patch that Debian has in another form does not fall away by itself: both change the same lines, each in its way.

## Needs work

${table([['patch', 'why, and what the trial did'], ['---', '---'], ...tried.filter(({ outcome }) => outcome === 'needs work')
  .map(patch => [`${patch.folder}/${patch.name}`, why.get(patch.number) ?? 'not looked into yet: the series\' lines, where git could place them'])])}

## What passes on it

${passing.length} of ${tests.length} test files pass there (${sum} tests)${failing.length === 0 ? '; none fails' : `; these fail: ${failing.map(({ path }) => `\`${path}\``).join(', ')}`}. ${again.size === 0 ? '' : `${again.size} files failed beside the others and were run once more, alone. `}*Left out*: what needs a peer or a build that the trial does not have.${untested.length === 0 ? '' : ` Newer than that run, and so not in it: ${untested.join(', ')}.`}

${table([['test file', 'passed', 'failed', 'left out'], ['---', '--:', '--:', '--:'], ...tests.map(({ path, passed, failed, left }) => [path, passed, failed, left])])}

## With the next release

The backports are those whose \`Upstream:\` names commits: with a release that has them, \`cherry-pick\` leaves nothing of most (the trial says *fell away*), and
conflicts where upstream mended the hole in another way. Then the test of the patch decides: take the patch out in the git tree, and run
\`npm test -- test/fixes -t NNNN\`; if it passes, the patch goes. Repairs and hooks are kept, until a repair has been taken upstream and has become a backport.

## Each patch

*Lines* are eight digits of the SHA-256 of what the patch changes, without its header.

${table([['patch', 'lines', 'outcome'], ['---', '---', '---'], ...tried.map(({ folder: of, name: patch, hash, outcome }) => [`${of}/${patch}`, hash, outcome])])}`)
