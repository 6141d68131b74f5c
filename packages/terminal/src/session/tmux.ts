import { type Client, SSHError } from 'libssh2-wasm'
import type { ShellSettings } from './messages.ts'
import { checkTmuxName } from './tmux-name.ts'

/** Places of tmux that are not in the first PATH of a command: Homebrew, MacPorts, pkgsrc. */
const ELSEWHERE = '/usr/local/bin:/opt/homebrew/bin:/opt/local/bin:/usr/pkg/bin'
/** A user's start-up files may print something before it. */
const FOUND = /^libssh2-wasm-tmux:(\/[\w./+-]*)?$/m
/** Milliseconds; longer than any start-up file should take. */
const PATIENCE = 15_000
const MOST_OUTPUT = 64 << 10

/** The command that attaches a terminal to the session, or, in words, why there is none. */
export type Tmux = { readonly command: string } | { readonly missing: string }

/**
 * Finds tmux on the server, and makes the session if it does not exist yet. Its own command, without a terminal, so that the page knows what it got: a shell that ends
 * with the connection must not pass for one that goes on.
 */
export async function prepareTmux(client: Client, { tmuxSession, columns, rows, env }: Pick<ShellSettings, 'tmuxSession' | 'columns' | 'rows' | 'env'>): Promise<Tmux> {
  const name = checkTmuxName(tmuxSession)
  const has = `"$t" has-session -t "=${name}" 2>/dev/null`
  // The login shell may be any: it only has to start sh with one quoted word. The third test is for another login that made the session meanwhile.
  const script = [
    `t=$(PATH=$PATH:${ELSEWHERE}; command -v tmux)`,
    `[ -z "$t" ] || ${has} || "$t" -u new-session -d -s ${name} -x ${columns} -y ${rows} || ${has} || exit 1`,
    'echo "libssh2-wasm-tmux:$t"',
  ].join('; ')
  try {
    const { stdout, stderr, exit } = await client.run(`exec sh -c '${script}'`, { env, ignoreRefusedEnv: true, timeout: PATIENCE, maxBuffer: MOST_OUTPUT })
    const found = FOUND.exec(stdout)
    if (found?.[1]) return { command: `exec ${found[1]} -u attach-session -t '=${name}'` }
    if (found) return { missing: 'tmux is not installed on this server' }
    return { missing: exit.code === 1 && stderr.trim() !== '' ? `tmux does not start on this server (${stderr.trim().split('\n').at(-1)})` : 'this server does not run tmux' }
  } catch (error) {
    // The server refuses commands, or a start-up file does not end. If the connection has failed, the shell fails too.
    if (error instanceof SSHError) return { missing: 'this server does not run tmux' }
    throw error
  }
}
