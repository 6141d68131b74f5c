/** The name of the tmux session where the page gives none. */
export const TMUX_SESSION = 'libssh2-wasm'

/** What tmux would change in a name, or a shell could read as something else, is refused. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

/** @throws TypeError if a tmux session cannot have this name */
export function checkTmuxName(name: string): string {
  if (!NAME.test(name)) throw new TypeError('the name of a tmux session has 1 to 64 letters, digits, - and _')
  return name
}
