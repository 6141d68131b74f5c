import type { PageApi } from '../session/messages.ts'
import { RemoteError } from '../session/rpc.ts'
import { confirmNewHost } from '../ui/trust-dialogs.ts'
import { signWithPasskey } from '../ui/passkey-dialogs.ts'
import { answerPrompts, askPassphrase, askPassword, askToken } from '../ui/prompt-dialogs.ts'
import type { Pane } from './pane.ts'

/** The holder's requests to a page: shown directly, or answered by the page's own code, otherwise by the user. */
export function pageApi(pane: Pane): PageApi {
  const { host, view } = pane
  return {
    output: (data) => view.write(data),
    snapshot: (text, columns, rows) => view.snapshot(text, columns, rows),
    async size(columns, rows) {
      view.resize(columns, rows)
    },
    async state(state, target) {
      pane.changed(state, target)
    },
    async title(title) {
      pane.titled(title)
    },
    async bell() {
      host.emit('bell')
    },
    async transfers(transfers) {
      pane.files.show(transfers)
      host.emit('transfer', { transfers })
    },
    confirmHostKey: (key) => host.request<boolean>('host-key', key) ?? confirmNewHost(pane.dialogs.passing, key),
    askPassword: (who, again) => host.request<string | null>('prompt', { kind: 'password', who, again }) ?? askPassword(pane.dialogs.passing, who, again),
    askPassphrase: (file, again) => host.request<string | null>('prompt', { kind: 'passphrase', file, again }) ?? askPassphrase(pane.dialogs, file, again),
    answerPrompts: (who, round) => host.request<readonly string[] | null>('prompt', { kind: 'questions', who, ...round }) ?? answerPrompts(pane.dialogs.passing, who, round),
    async askAuthenticator(request) {
      host.emit('attention')
      return signWithPasskey(pane.dialogs.passing, request)
    },
    async ticket(request) {
      const { ticket } = host.config
      if (ticket) return ticket(request)
      if (!request.refused) return pane.token
      const typed = await askToken(pane.dialogs.passing, true)
      if (!typed) throw new RemoteError({ name: 'GatewayError', code: 'ERR_GATEWAY_TICKET', message: 'the gateway did not accept the token', closeCode: 4401 })
      pane.token = typed
      return typed
    },
  }
}
