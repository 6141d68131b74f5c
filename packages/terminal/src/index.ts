/// `libssh2-wasm-terminal`: importing it defines `<ssh-terminal>` and `<ssh-terminals>`.
import { SshTerminal } from './element/ssh-terminal.ts'
import { SshTerminals } from './element/ssh-terminals.ts'

export { SshRequestEvent } from './element/request-event.ts'
export type { Ticket } from './element/ssh-terminal.ts'
export type { Ending, Failure, Hop, Persist, SavedKey, SessionState, Target, Transfer } from './session/messages.ts'
export { SshTerminal, SshTerminals }

// Twice in one page, as bundlers may have it: the first one stands.
if (!customElements.get('ssh-terminal')) customElements.define('ssh-terminal', SshTerminal)
if (!customElements.get('ssh-terminals')) customElements.define('ssh-terminals', SshTerminals)

declare global {
  interface HTMLElementTagNameMap {
    'ssh-terminal': SshTerminal
    'ssh-terminals': SshTerminals
  }
}
