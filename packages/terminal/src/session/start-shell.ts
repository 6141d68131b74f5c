import type { Client, Process } from 'libssh2-wasm'
import type { ShellSettings } from './messages.ts'

/** A lost connection finds this session again; if it exists, it is joined. Without tmux, starts a plain login shell. */
const TMUX = 'command -v tmux >/dev/null 2>&1 && exec tmux new-session -A -s libssh2-wasm || exec "$SHELL" -l'

export function startShell(client: Client, { columns, rows, env, persist, obscureKeystrokes }: ShellSettings): Promise<Process> {
  const terminal = { term: 'xterm-256color', columns, rows }
  const along = { env, ignoreRefusedEnv: true, obscureKeystrokes }
  if (persist === 'tmux') return client.exec(TMUX, { pty: terminal, ...along })
  return client.shell({ ...terminal, ...along })
}
