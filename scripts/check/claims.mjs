// What SECURITY.md and the READMEs promise, sentence by sentence, and the tests that fail where it does not hold: docs/claims.md lists them.
// Each sentence of these documents stands there, as a claim with its tests or as one that promises nothing; each entry stands in its document; each test exists.
// With --missing, prints the entries that are missing, to be filled in.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { projectFiles, read, report } from './files.mjs'

const LIST = 'docs/claims.md'
/** Kinds of attacks, with their tests in the same form; they are sentences of no document. */
const ATTACKS = 'docs/attacks.md'
/** The documents that are read whole. Of the others, only the sections that the list names are read. */
const WHOLE = ['SECURITY.md', 'README.md']
/** What stands in the place of tests where there can be none. */
const NO_PROMISE = ['promises nothing', 'kept by people, not by a program']

/** A piece of Markdown as a reader sees it: no emphasis, links as their text, one blank between words. */
const plain = text => text.replace(/\[([^\]]*)\]\([^)\s]*\)/g, '$1').replaceAll('**', '').replace(/\s+/g, ' ').trim()

/** Sentences end with a full stop, a question or an exclamation mark before what begins another one. @param {string} text */
const sentences = text => plain(text).split(/(?<=[.!?][)'"”]?) (?=[A-Z0-9`<(‘“])/).filter(sentence => /\p{L}/u.test(sentence))

/**
 * The sentences of a page, by section: of paragraphs and list items each, and each row of a table as one. Code blocks are not read.
 * @param {string} markdown
 * @returns {{ section: string, sentence: string }[]} `section` is the text of the heading of level 1 or 2
 */
export function sentencesOf(markdown) {
  const found = []
  let section = '', paragraph = []
  const flush = () => {
    for (const sentence of sentences(paragraph.join(' '))) found.push({ section, sentence })
    paragraph = []
  }
  const lines = markdown.replace(/^```.*?^```$/gms, '').split('\n')
  lines.forEach((line, index) => {
    const heading = /^#{1,6} +(.*)$/.exec(line)
    if (heading || line.trim() === '' || /^\s*(?:[-*]|\d+\.) /.test(line) || line.startsWith('|')) flush()
    if (heading) {
      if (/^##? /.test(line)) section = plain(heading[1])
    } else if (line.startsWith('|')) {
      const isHead = /^\|[\s:|-]+\|$/.test(line) || /^\|[\s:|-]+\|$/.test(lines[index + 1] ?? '')
      if (!isHead) found.push({ section, sentence: plain(line.replace(/^\||\|$/g, '').split('|').map(cell => cell.trim()).join(' | ')) })
    } else paragraph.push(line.replace(/^\s*(?:[-*]|\d+\.) /, ''))
  })
  flush()
  return found
}

/**
 * The entries of the list.
 * @param {string} text
 * @returns {{ page: string, sections: string[], entries: { sentence: string, proofs: string[] }[] }[]}
 */
export function readList(text) {
  /** @type {{ page: string, sections: string[], entries: { sentence: string, proofs: string[] }[] }[]} */
  const pages = []
  for (const line of text.split('\n')) {
    const page = /^## (\S+?)(?:, of (.*))?$/.exec(line)
    if (page) pages.push({ page: page[1], sections: page[2]?.split('; ') ?? [], entries: [] })
    else if (line.startsWith('> ')) pages.at(-1)?.entries.push({ sentence: line.slice(2), proofs: [] })
    else if (line.startsWith('- ')) pages.at(-1)?.entries.at(-1)?.proofs.push(line.slice(2))
  }
  return pages
}

/** The titles of the tests and groups in a file, as they are written there. @param {string} path */
export function titles(path) {
  const found = new Set()
  /** @param {ts.Node} node */
  const visit = node => {
    if (ts.isCallExpression(node) && /^(it|test|describe|suite)\b/.test(node.expression.getText())) {
      const [title] = node.arguments
      if (title && ts.isStringLiteralLike(title)) found.add(title.text)
      else if (title && ts.isTemplateExpression(title)) found.add(title.getText().slice(1, -1))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true))
  return found
}

/** What runs the checks that are no tests. */
const runners = () => ['package.json', 'scripts/ok.mjs', ...projectFiles('.github/workflows')].map(read).join('\n')

/** Why `proof`, which reads `FILE: TITLE`, proves nothing; undefined where it may. @param {string} proof @param {Map<string, Set<string>>} known titles by file */
function objection(proof, known) {
  const [, file, title] = /^(\S+?): (.+)$/.exec(proof) ?? []
  if (!file) return 'is not FILE: TITLE'
  if (!existsSync(file)) return 'names a file that does not exist'
  if (/\.(test|contract)\.ts$/.test(file)) {
    if (!known.has(file)) known.set(file, titles(file))
    return known.get(file)?.has(title) ? undefined : 'names a test that is not in that file'
  }
  if (!runners().includes(file)) return 'names a file that is neither a test nor run by package.json, scripts/ok.mjs or a workflow'
  return read(file).includes(title) ? undefined : 'names something that is not in that file'
}

/**
 * What is wrong with a list.
 * @param {string} list text of the list
 * @param {(page: string) => string} text the text of a page
 * @returns {{ findings: string[], missing: { page: string, sentence: string }[], claims: number, proofs: number }}
 */
export function judge(list, text) {
  const findings = [], missing = [], known = new Map()
  let claims = 0, proofCount = 0
  const pages = readList(list)
  for (const page of WHOLE) if (!pages.some(entry => entry.page === page && entry.sections.length === 0)) findings.push(`${LIST} has no part for the whole of ${page}`)
  for (const { page, sections, entries } of pages) {
    const all = sentencesOf(text(page))
    for (const section of sections) if (!all.some(each => each.section === section)) findings.push(`${page} has no section "${section}" with a sentence, which ${LIST} names`)
    const wanted = new Set(all.filter(({ section }) => sections.length === 0 || sections.includes(section)).map(({ sentence }) => sentence))
    const listed = new Set()
    for (const { sentence, proofs } of entries) {
      if (listed.has(sentence)) findings.push(`${page}: listed twice: ${sentence}`)
      listed.add(sentence)
      if (!wanted.has(sentence)) findings.push(`${page}: no longer says: ${sentence}`)
      if (proofs.length === 0) findings.push(`${page}: no test, and not "${NO_PROMISE.join('" or "')}": ${sentence}`)
      if (proofs.some(proof => NO_PROMISE.includes(proof))) {
        if (proofs.length > 1) findings.push(`${page}: more than "${proofs[0]}" for: ${sentence}`)
        continue
      }
      claims++
      for (const proof of proofs) {
        proofCount++
        const wrong = objection(proof, known)
        if (wrong) findings.push(`${page}: "${proof}" ${wrong}`)
      }
    }
    for (const sentence of wanted) {
      if (listed.has(sentence)) continue
      missing.push({ page, sentence })
      findings.push(`${page}: not in ${LIST}: ${sentence}`)
    }
  }
  return { findings, missing, claims, proofs: proofCount }
}

/**
 * What is wrong with a list of kinds of attacks, in the form of the list of claims.
 * @param {string} list
 * @returns {string[]}
 */
export function judgeAttacks(list) {
  const known = new Map()
  return readList(list.replace(/^## .*$/gm, '').replace(/^/, '## attacks\n')).flatMap(({ entries }) => entries.flatMap(({ sentence, proofs }) => [
    ...proofs.length === 0 ? [`${ATTACKS}: no test for: ${sentence}`] : [],
    ...proofs.map(proof => [proof, objection(proof, known)]).filter(([, wrong]) => wrong).map(([proof, wrong]) => `${ATTACKS}: "${proof}" ${wrong}`),
  ]))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { findings, missing, claims, proofs } = judge(read(LIST), read)
  if (process.argv.includes('--missing')) for (const { page, sentence } of missing) console.log(`${page}\n> ${sentence}\n- `)
  else report([...findings, ...judgeAttacks(read(ATTACKS))], `${claims} claims name ${proofs} tests`)
}
