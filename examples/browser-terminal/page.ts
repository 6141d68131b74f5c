import { SshTerminals } from 'libssh2-wasm-terminal'

// `#gateway=…&token=…&host=…&port=…&user=…`, or `#ssh://user@host:22`, fills the form without connecting. It is removed from the address bar at once: a token
// does not belong in the history.
const hash = location.hash.slice(1)
history.replaceState(history.state, '', location.pathname + location.search)
const link = /^ssh:\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(hash)
const given = link ? new URLSearchParams(Object.entries({ user: decodeURIComponent(link[1] ?? ''), host: link[2] ?? '', port: link[3] ?? '22' })) : new URLSearchParams(hash)

const terminals = new SshTerminals()
for (const name of ['gateway', 'host', 'port', 'user']) if (given.get(name)) terminals.setAttribute(name, given.get(name) ?? '')
terminals.token = given.get('token') ?? ''
terminals.addEventListener('ssh-title', () => { document.title = terminals.current?.sessionTitle || 'SSH terminal' })
document.querySelector('main')?.append(terminals)
