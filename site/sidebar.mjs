// The list of pages beside each page.

/** Guides in the order in which people need them. A guide that no group names fails the build. @type {readonly (readonly [string, readonly string[]])[]} */
export const guideGroups = [
  ['Begin', ['first-command', 'host-keys', 'keys-and-agents', 'sftp', 'terminal', 'tunnels', 'jump-hosts', 'errors-and-timeouts', 'recipes']],
  ['Where it runs', ['browsers-and-bundlers', 'browser-terminal', 'gateways-and-workers', 'servers-and-frameworks', 'program', 'signatures']],
  ['Coming from', ['comparison', 'migrating-from-ssh2', 'migrating-from-node-ssh', 'migrating-from-ssh2-sftp-client', 'migrating-from-asyncssh', 'migrating-from-ssh2-python']],
]

/** @typedef {{ path: string, link: string, title: string }} Page */

/** @param {readonly Page[]} pages @param {typeof guideGroups} groups */
export function sidebarOf(pages, groups) {
  const item = ({ link, title }) => ({ text: title, link })
  const guides = new Map(pages.filter(({ link }) => link.startsWith('/guides/')).map(page => [page.link.slice('/guides/'.length), page]))
  const sections = groups.map(([text, names]) => ({
    text,
    items: names.map(name => {
      const page = guides.get(name)
      guides.delete(name)
      if (!page && pages.length > 0) throw new Error(`site/sidebar.mjs names the guide ${name}, which does not exist`)
      return page ? item(page) : { text: name }
    }),
  }))
  if (guides.size > 0) throw new Error(`site/sidebar.mjs does not name ${[...guides.keys()].join(', ')}`)
  const of = (start) => pages.filter(({ link }) => link.startsWith(start)).map(item).sort((a, b) => a.text.localeCompare(b.text))
  return [
    { text: 'Introduction', link: '/introduction' },
    ...sections,
    closed('Facts and figures', of('/docs/')),
    closed('Packages and examples', [...of('/packages/'), ...of('/examples/')]),
    closed('Project', of('/project/')),
  ]
}

/** A closed part. It is a link with a button beside it: without the link, the button would stand in another one. */
const closed = (text, items) => ({ text, link: items[0]?.link, collapsed: true, items })

/** The parts of the reference, likewise: "Classes" leads to that heading of its entry's page. @param {readonly any[]} items @param {string} [parent] @returns {any[]} */
export const linked = (items, parent = '/reference/') => items.map(item => {
  const link = item.link ?? `${parent.replace(/#.*/, '')}#${item.text.toLowerCase().replace(/ /g, '-')}`
  return { ...item, link, ...item.items && { items: linked(item.items, link) } }
})
