/// `libssh2-wasm-terminal`: importing it defines `<ssh-terminal>` and `<ssh-terminals>`.
import { SshTerminal } from './element/ssh-terminal.ts'
import { SshTerminals } from './element/ssh-terminals.ts'

export { SshRequestEvent } from './element/request-event.ts'
export type { Ticket } from './element/ssh-terminal.ts'
export type { Ending, Failure, Hop, Persist, SavedKey, SessionState, Target, Transfer } from './session/messages.ts'
export { SshTerminal, SshTerminals }

// If a bundler includes it twice in one page, the first one stays.
if (!customElements.get('ssh-terminal')) customElements.define('ssh-terminal', SshTerminal)
if (!customElements.get('ssh-terminals')) customElements.define('ssh-terminals', SshTerminals)

declare global {
  interface HTMLElementTagNameMap {
    'ssh-terminal': SshTerminal
    'ssh-terminals': SshTerminals
  }
}
