import type { Client, Process } from 'libssh2-wasm'
import type { ShellSettings } from './messages.ts'
import { prepareTmux } from './tmux.ts'

export interface StartedShell {
  readonly shell: Process
  /** It runs in tmux: what is in it goes on without this connection. */
  readonly inTmux: boolean
  /** Why it does not, though the page wants it. */
  readonly notice: string | null
}

/** Starts the login shell, or with `persist: 'tmux'` joins the tmux session of that name. Without tmux, a plain login shell is better than none. */
export async function startShell(client: Client, settings: ShellSettings): Promise<StartedShell> {
  const { columns, rows, env, persist, obscureKeystrokes } = settings
  const terminal = { term: 'xterm-256color', columns, rows }
  const along = { env, ignoreRefusedEnv: true, obscureKeystrokes }
  const tmux = persist === 'tmux' ? await prepareTmux(client, settings) : null
  if (tmux && 'command' in tmux) return { shell: await client.exec(tmux.command, { pty: terminal, ...along }), inTmux: true, notice: null }
  return { shell: await client.shell({ ...terminal, ...along }), inTmux: false, notice: tmux && `${tmux.missing}: what runs here ends with the connection` }
}
