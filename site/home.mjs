// The first page, from the README: what it is, the first snippet, the five features, and which part to take.
import { posix } from 'node:path'

/** @param {string} text @param {RegExp} pattern @param {string} what @returns {RegExpExecArray} */
function part(text, pattern, what) {
  const match = pattern.exec(text)
  if (!match) throw new Error(`the README has no ${what}, which the site's first page is made of`)
  return match
}

/** Markdown in a line, as the HTML that a feature's text may have. @param {string} text */
const plain = text => text.replace(/\s+/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/`([^`]*)`/g, '<code>$1</code>').trim()

/** @param {string} readme as a page of the site, at its root @returns {string} index.md */
export function homePage(readme) {
  const [, tagline] = part(readme, /^# [^\n]*\n\n(.*?)\n\n/ms, 'first paragraph')
  const [, install] = part(readme, /(```sh\n.*?```)/s, 'line that installs')
  const [, snippet] = part(readme, /(```ts\n.*?```)/s, 'first snippet')
  const [, list] = part(readme, /\n(1\. .*?)\n\n## /s, 'list of features')
  const [, table] = part(readme, /\n(## Which of these do I want\?\n.*?)\n\n## /s, 'table of what to take')
  const features = list.split(/\n(?=\d\. )/).map(item => {
    const [, title, details] = part(item, /^\d\. \*\*(.*?)\*\*:?\s*(.*)$/s, 'title of a feature')
    const link = /\]\(([^)]+)\)/.exec(details)?.[1]
    return { title: title.replace(/\.$/, ''), details: plain(details).replace(/^./, letter => letter.toUpperCase()), ...link && { link: posix.join('/', link.replace(/\.md\b/, '')) } }
  })
  const matter = {
    layout: 'home',
    hero: {
      name: 'libssh2-wasm', text: 'SSH wherever JavaScript runs', tagline: plain(tagline),
      actions: [
        { theme: 'brand', text: 'First command', link: '/guides/first-command' },
        { theme: 'alt', text: 'Ten recipes', link: '/guides/recipes' },
        { theme: 'alt', text: 'Reference', link: '/reference/' },
      ],
    },
    features,
  }
  return `---\n${JSON.stringify(matter, null, 1)}\n---\n\n## Install\n\n${install}\n\n${snippet}\n\n${table}\n`
}
