// Every link, image and script of the built site leads somewhere, and every anchor is on its page.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'

const decoded = text => decodeURIComponent(text.replace(/&amp;/g, '&'))

/** The file that an address of the site means, as a web server finds it. @param {string} folder @param {string} address */
function fileOf(folder, address) {
  const candidates = address.endsWith('/') ? [`${address}index.html`] : [address, `${address}.html`]
  return candidates.find(path => statSync(`${folder}${path}`, { throwIfNoEntry: false })?.isFile())
}

/** @param {string} folder the built site @returns how many links were checked */
export function checkLinks(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.html')).map(path => `/${path}`)
  const pages = new Map(paths.map(path => {
    const html = readFileSync(`${folder}${path}`, 'utf8')
    return [path, { html, ids: new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => decoded(id))) }]
  }))
  const dead = []
  let checked = 0
  for (const [path, { html }] of pages) {
    // The page for addresses that do not exist is shown at any address.
    if (path === '/404.html') continue
    for (const [, link] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      if (/^(https?|mailto|data):/.test(link)) continue
      checked++
      const [address, anchor] = decoded(link).split('#')
      const target = address === '' ? path : fileOf(folder, posix.join(posix.dirname(path), address.startsWith('/') ? posix.relative(posix.dirname(path), address) + (address.endsWith('/') ? '/' : '') : address))
      if (!target) dead.push(`${path}: ${link}`)
      else if (anchor && pages.has(target) && !pages.get(target)?.ids.has(anchor)) dead.push(`${path}: ${link} (no such anchor)`)
    }
  }
  for (const line of dead) console.error(`dead link: ${line}`)
  if (dead.length > 0) throw new Error(`${dead.length} of ${checked} links are dead`)
  console.log(`site: ${pages.size} pages, ${checked} links, 0 dead`)
  return checked
}
