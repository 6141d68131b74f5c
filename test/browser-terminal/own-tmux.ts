import { spawnSync } from 'node:child_process'
import type { TemporaryDirectory } from '../support/temporary.ts'

/** A line of sshd_config: logins find a tmux server of their own. @param path in place of the server's PATH */
export function tmuxConfig(sockets: TemporaryDirectory, path?: string): string {
  return `SetEnv SHLVL=1 TMUX_TMPDIR=${sockets.path}${path === undefined ? '' : ` PATH=${path}`}`
}

/** Ends that tmux server, if there is one, and removes its folder. */
export function endTmux(sockets: TemporaryDirectory): void {
  spawnSync('tmux', ['kill-server'], { env: { ...process.env, TMUX_TMPDIR: sockets.path, TMUX: '' } })
  sockets.remove()
}
