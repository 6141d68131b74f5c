// docs/openssh-regress.md: a section for each suite. A run replaces its own section, and a run of a few tests (--only) the rows of these.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { EXPLAINED } from './explained.mjs'

/**
 * @typedef {{ name: string, stock: string, mine: string }} Row
 * @typedef {{ version: string, whole: string, again: string[], rows: Row[] }} Section `whole`: the day of the run of all tests, and its minutes; `again`: tests run by themselves after it
 */

const HEAD = `# OpenSSH's own tests

Written by \`npm run test:openssh -- --write\`: the tests of OpenSSH's regression suite (Debian's \`openssh-tests\`) that start a client, with this program in the place of \`ssh\`, and everything
else (sshd, ssh-agent, ssh-keygen, scp, sftp) of the version that the suite belongs to: \`--suite installed\`, that of this machine; \`10.0\`, Debian 13's; \`newest\`, Debian sid's.
A test counts if it passes with the stock \`ssh\` of that version. hostkey-agent asks plain \`ssh\` for the types of certificates, and not the program under test: this program is \`ssh\` on the
PATH of its own runs too.
`
const RUN = /^All tests ran on (.*?)\.(?: By themselves since then: (.*)\.)?$/m

/** @param {string} file @returns {Map<string, Section>} by suite, as the document has them */
function read(file) {
  /** @type {Map<string, Section>} */
  const sections = new Map()
  for (const text of existsSync(file) ? readFileSync(file, 'utf8').split(/^## /m).slice(1) : []) {
    const [, suite = '', version = ''] = /^`--suite (\S+)`: (.*)$/m.exec(text) ?? []
    const [, whole = '', again] = RUN.exec(text) ?? []
    const rows = [...text.matchAll(/^\| (\S+) \| ([^|]*?) \| ([^|]*?) \|/gm)].map(([, name = '', stock = '', mine = '']) => ({ name, stock, mine })).filter(({ name }) => !/^(test|-+)$/.test(name))
    sections.set(suite, { version, whole, again: again?.split(', ') ?? [], rows })
  }
  return sections
}

/** What counts of these rows, and what of it passed. @param {readonly Row[]} rows */
export function counts(rows) {
  const counted = rows.filter(({ mine }) => mine !== '–')
  return { counted, passed: counted.filter(({ mine }) => mine === 'passed') }
}

/** @param {string} suite @param {Section} section */
function written(suite, { version, whole, again, rows }) {
  const { counted, passed } = counts(rows)
  const why = ({ name, mine }) => mine === 'passed' || mine === '–' ? '' : EXPLAINED[suite]?.[name] ?? ''
  return [
    `## \`--suite ${suite}\`: ${version}`, '',
    `**${passed.length} of ${counted.length}** that stock \`ssh\` passes.`,
    `All tests ran on ${whole}.${again.length > 0 ? ` By themselves since then: ${again.join(', ')}.` : ''}`, '',
    '| test | stock ssh | this program | |', '|---|---|---|---|',
    ...rows.map((row) => `| ${row.name} | ${row.stock} | ${row.mine} | ${why(row)} |`), '',
  ].join('\n')
}

/**
 * Writes what a run has found.
 * @param {string} file @param {readonly string[]} suites in the order of the document @param {string} suite
 * @param {{ version: string, minutes: number, rows: readonly Row[], partly: boolean, day: string }} run `partly`: only some tests
 */
export function write(file, suites, suite, { version, minutes, rows, partly, day }) {
  const sections = read(file), before = sections.get(suite)
  if (!partly) {
    sections.set(suite, { version, whole: `${day}, in ${Math.round(minutes)} minutes`, again: [], rows: [...rows] })
  } else {
    if (!before) throw new Error(`the document has no whole run of ${suite} yet`)
    const names = new Set(rows.map(({ name }) => name))
    before.rows = before.rows.map((row) => rows.find(({ name }) => name === row.name) ?? row)
    before.again = [...before.again.filter((name) => !names.has(name)), ...names]
  }
  const body = suites.filter((name) => sections.has(name)).map((name) => written(name, /** @type {Section} */ (sections.get(name))))
  writeFileSync(file, [HEAD, ...body].join('\n'))
}
