// Writes the sources of the site into build/site/source: pages of the repository, the reference, the terminal element. VitePress makes HTML of them.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { homePage } from './home.mjs'
import { asSitePage, placeOf, repositoryPages, titleOf } from './pages.mjs'
import { writeReference } from './reference.mjs'

export const FOLDER = 'build/site'
const SOURCE = `${FOLDER}/source`
const PUBLIC = `${SOURCE}/public`

/** @param {string} path @param {string} text */
function write(path, text) {
  mkdirSync(dirname(`${SOURCE}/${path}`), { recursive: true })
  writeFileSync(`${SOURCE}/${path}`, text)
}

/** Braces and tags of our texts are text, and not Vue's. @param {string} text */
const asText = text => `::::: v-pre\n\n${text}\n\n:::::\n`

/** @param {readonly string[]} [entries] of the reference; all without them */
export async function prepare(entries) {
  rmSync(SOURCE, { recursive: true, force: true })
  mkdirSync(PUBLIC, { recursive: true })
  const pages = repositoryPages()
  /** @param {string} path */
  const image = path => {
    cpSync(path, `${PUBLIC}/images/${basename(path)}`)
    return `/images/${basename(path)}`
  }
  const titles = []
  for (const [path, text] of pages) {
    const page = asSitePage(path, text, pages, image)
    const title = titleOf(text)
    // A page without headings has no list of them: its text and tables take that place.
    const matter = { title, ...!/^##/m.test(text) && { aside: false } }
    write(placeOf(path), `---\n${JSON.stringify(matter)}\n---\n\n${asText(page)}`)
    titles.push({ path, link: `/${placeOf(path).replace(/\.md$/, '')}`, title })
    if (path === 'README.md') write('index.md', homePage(page))
  }
  writeFileSync(`${FOLDER}/pages.json`, JSON.stringify(titles))
  await writeReference(SOURCE, entries)
  cpSync('packages/terminal/dist', `${PUBLIC}/terminal`, { recursive: true, filter: path => !/\.(d\.ts|json)$/.test(path) })
  cpSync('site/session.cast', `${PUBLIC}/session.cast`)
  cpSync('site/icon.svg', `${PUBLIC}/icon.svg`)
  const size = readFileSync(`${PUBLIC}/session.cast`).length
  console.log(`site: ${pages.size} pages of the repository, a recorded session of ${Math.ceil(size / 1000)} kB`)
}
