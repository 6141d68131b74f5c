import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { isFound, REPOSITORY } from '../pages.mjs'
import { guideGroups, linked, sidebarOf } from '../sidebar.mjs'

const built = path => fileURLToPath(new URL(`../../build/site/${path}`, import.meta.url))
const json = path => existsSync(built(path)) ? JSON.parse(readFileSync(built(path), 'utf8')) : []
const pages = json('pages.json')

/** As on GitHub, so that an anchor works in both places. */
const slugify = text => encodeURIComponent(text.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replace(/ /g, '-'))

/** VitePress puts two short programs into each page. As files, they need no exception in a content security policy. */
const scripts = new Map()
function withoutInlineScripts(html) {
  return html.replace(/<script([^>]*)\bid="(check-[\w-]+)"([^>]*)>(.*?)<\/script>/gs, (_, before, id, after, code) => {
    scripts.set(id, code)
    return `<script${before}id="${id}"${after} src="${BASE}assets/${id}.js"></script>`
  })
}

/** A header cell without text is an ordinary cell: a header that says nothing is read aloud as one. */
function withoutEmptyHeaders(md) {
  md.core.ruler.push('empty-headers', ({ tokens }) => {
    for (const [index, { type, content }] of tokens.entries()) if (type === 'inline' && content === '' && tokens[index - 1]?.type === 'th_open') tokens[index - 1].tag = tokens[index + 1].tag = 'td'
  })
}

const BASE = process.env.SITE_BASE ?? '/'

export default defineConfig({
  title: 'libssh2-wasm',
  description: 'An SSH client for JavaScript that runs wherever JavaScript does',
  lang: 'en',
  base: BASE,
  srcDir: '../build/site/source',
  outDir: '../build/site/html',
  cacheDir: '../build/site/cache',
  cleanUrls: true,
  metaChunk: true,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${BASE}icon.svg` }]],
  markdown: { anchor: { slugify }, config: withoutEmptyHeaders, theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  vite: { publicDir: built('source/public'), logLevel: 'warn', build: { chunkSizeWarningLimit: 20_000 } },
  transformHtml: withoutInlineScripts,
  async buildEnd({ outDir }) {
    const { writeFileSync } = await import('node:fs')
    for (const [id, code] of scripts) writeFileSync(`${outDir}/assets/${id}.js`, `${code}\n`)
  },
  themeConfig: {
    logo: { src: '/icon.svg', alt: '' },
    nav: [
      { text: 'Guides', link: '/guides/first-command', activeMatch: '^/guides/' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
      { text: 'Error codes', link: '/docs/errors' },
      { text: 'Changes', link: '/project/changelog' },
    ],
    sidebar: { '/reference/': linked(json('reference-sidebar.json')), '/': sidebarOf(pages, guideGroups) },
    outline: { level: [2, 3] },
    search: { provider: 'local', options: { _render: (source, env, md) => isFound(env.relativePath) ? md.render(source, env) : '' } },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    docFooter: { prev: 'Previous', next: 'Next' },
    externalLinkIcon: true,
  },
})
