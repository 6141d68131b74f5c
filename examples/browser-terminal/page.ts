import { SshTerminals } from 'libssh2-wasm-terminal'

// `#ssh://user@host:22` or `#gateway=…&token=…&host=…&port=…&user=…` fills the form without connecting. It is removed from the address bar at once: a token does not
// belong in the history.
const { hash } = location
history.replaceState(history.state, '', location.pathname + location.search)

const main = document.querySelector('main') as HTMLElement
const terminals = new SshTerminals()
// The page's own gateway, the origin of its previews, how long sessions live and what holds them, stand in its HTML.
for (const name of ['gateway', 'preview', 'persist', 'service-worker']) {
  const value = main.getAttribute(`data-${name}`)
  if (value) terminals.setAttribute(name, value)
}
terminals.link = hash
terminals.token = new URLSearchParams(hash.slice(1)).get('token') ?? ''
terminals.addEventListener('ssh-title', () => { document.title = terminals.current?.sessionTitle || 'SSH terminal' })
main.append(terminals)
