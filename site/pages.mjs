// Which Markdown files of the repository are pages of the site, where they go, and how their links change.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { projectFiles } from '../scripts/check/files.mjs'
import { OWNER } from '../package.config.mjs'

/** Where files that are not pages are shown. */
export const REPOSITORY = `https://github.com/${OWNER}/libssh2-wasm`

/** @type {Readonly<Record<string, string>>} */
const PLACES = {
  'README.md': 'introduction.md', 'bench/RESULTS.md': 'docs/benchmarks.md', 'bench/README.md': 'docs/how-benchmarks-run.md', 'packages/gateway/deploy/README.md': 'packages/gateway-deploy.md',
}

/** Where a page of the repository is on the site. @param {string} path */
export const placeOf = path => PLACES[path] ?? path.replace(/^docs\/guides\//, 'guides/').replace(/\/README\.md$/, '.md').replace(/^([A-Z]+\.md)$/, name => `project/${name.toLowerCase()}`)
  .replace(/^deps\/libssh2\//, 'project/').replace(/[^/]+$/, name => name.toLowerCase())

/** Long lists for those who work on the project: they name everything, so the search would find them first whatever it is asked for. */
const LISTS = new Set(['CHANGELOG.md', 'docs/claims.md', 'docs/snippets.md', 'bench/RESULTS.md', 'deps/libssh2/FIXES.md', 'deps/libssh2/FIXES-PROOF.md'].map(placeOf))

/** Whether the search finds a page of the site. @param {string} place */
export const isFound = place => !LISTS.has(place)

const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:)([^)\s#]*)(#[^)\s]*)?\)/g
const FENCE = /^(```.*?^```$)/gms

/** A `<` that is no tag of ours; code in a line is found first, and left alone. */
const TAG = /(`+)(?!`).*?(?<!`)\1(?!`)|<(?!a id="|\/a>|br>|https?:)/gs

/** Parts of a text outside of code. @param {string} text @param {(part: string) => string} change */
const outsideCode = (text, change) => text.split(FENCE).map((part, index) => index % 2 === 1 ? part : change(part)).join('')

/** Files that the links of a page name. @param {string} path @param {string} text @returns {string[]} */
function linked(path, text) {
  /** @type {string[]} */
  const targets = []
  outsideCode(text, part => {
    for (const [, , , target] of part.matchAll(LINK)) if (target) targets.push(posix.join(posix.dirname(path), decodeURI(target)))
    return part
  })
  return targets
}

/** Every page: the README, docs/, and what they lead to. @returns {Map<string, string>} text by path */
export function repositoryPages() {
  const pages = new Map()
  const queue = ['README.md', ...projectFiles('docs').filter(path => path.endsWith('.md'))]
  for (const path of queue) {
    if (pages.has(path) || !path.endsWith('.md') || !existsSync(path)) continue
    const text = readFileSync(path, 'utf8')
    pages.set(path, text)
    queue.push(...linked(path, text))
  }
  return pages
}

/**
 * The text of a page as the site has it: links lead to pages of the site, or to the repository.
 * @param {string} path @param {string} text @param {ReadonlyMap<string, string>} pages @param {(image: string) => string} image takes an image along, and says where it is
 */
export function asSitePage(path, text, pages, image) {
  const from = posix.dirname(placeOf(path))
  return outsideCode(text, part => part.replace(/<!--.*?-->\n?/gs, '').replace(TAG, (whole, ticks) => ticks ? whole : '&lt;').replace(LINK, (whole, bang, label, target, anchor = '') => {
    if (!target) return whole
    const file = posix.join(posix.dirname(path), decodeURI(target)).replace(/\/$/, '')
    if (bang) return `![${label}](${image(file)})`
    if (pages.has(file)) {
      const to = posix.relative(from, placeOf(file))
      return `[${label}](${to.startsWith('.') ? to : `./${to}`}${anchor})`
    }
    if (!existsSync(file)) throw new Error(`${path} links to ${target}, which does not exist`)
    return `[${label}](${REPOSITORY}/${statSync(file).isDirectory() ? 'tree' : 'blob'}/main/${file}${anchor})`
  }))
}

/** The title of a page: its first heading. @param {string} text */
export const titleOf = text => (/^# (.*)$/m.exec(text)?.[1] ?? '').replace(/`/g, '')
