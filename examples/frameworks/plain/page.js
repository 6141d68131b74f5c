import 'libssh2-wasm-terminal'
import { target, token } from '../target.js'

const terminal = document.querySelector('ssh-terminal')
for (const [name, value] of Object.entries(target)) terminal.setAttribute(name, value)
terminal.ticket = token
terminal.addEventListener('ssh-title', () => { document.title = terminal.sessionTitle })
