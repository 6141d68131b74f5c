import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'

/** Whether tmux is installed; says once what is not run without it. */
export function requireTmux(what: string): boolean {
  const installed = spawnSync('tmux', ['-V']).status === 0
  if (!installed) console.log(`not run: ${what}, because tmux is not installed`)
  return installed
}

let number = 0

/** A terminal of tmux, in which one command runs. Owner: the caller, with `end()`. */
export class Screen {
  readonly #socket = `libssh2-wasm-${process.pid}-${++number}`

  /** @param command for a shell */
  constructor(command: string, columns = 90, rows = 25) {
    this.#call('new-session', '-d', '-s', 'cli', '-x', String(columns), '-y', String(rows), command)
  }

  #call(...args: string[]): string {
    return spawnSync('tmux', ['-L', this.#socket, '-f', '/dev/null', ...args], { encoding: 'utf8' }).stdout
  }

  /** What stands on it. Spaces at the ends of lines are left out. */
  text(): string {
    return this.#call('capture-pane', '-p', '-t', 'cli')
  }

  /** The screen with its colours, and what the program has set: place and look of the cursor, the modes of the keys and of the mouse. */
  everything(): string {
    return this.#call('capture-pane', '-p', '-e', '-t', 'cli')
      + this.#call('display-message', '-p', '-t', 'cli', '#{cursor_x},#{cursor_y} cursor #{cursor_flag} alternate #{alternate_on} insert #{insert_flag} keys #{keypad_cursor_flag}#{keypad_flag} mouse #{mouse_any_flag} wrap #{wrap_flag} region #{scroll_region_upper}-#{scroll_region_lower}')
  }

  /** Presses keys, which have names as in tmux(1). */
  press(...keys: string[]): void {
    this.#call('send-keys', '-t', 'cli', ...keys)
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#call('send-keys', '-l', '-t', 'cli', '--', text)
  }

  /** Types a line. */
  enter(text: string): void {
    if (text !== '') this.type(text)
    this.press('Enter')
  }

  resize(columns: number, rows: number): void {
    this.#call('resize-window', '-t', 'cli', '-x', String(columns), '-y', String(rows))
  }

  /** Waits until the screen has it, a minute at most. */
  async shows(text: string | RegExp): Promise<void> {
    await waitFor(() => this.text(), (screen) => typeof text === 'string' ? screen.includes(text) : text.test(screen))
    expect(this.text()).toMatch(text)
  }

  end(): void {
    this.#call('kill-server')
  }
}

/** What `look` sees when it is right, or after a minute, which is longer than any of it takes. */
export async function waitFor<T>(look: () => T, right: (seen: T) => boolean): Promise<T> {
  for (const last = Date.now() + 60_000; ;) {
    const seen = look()
    if (right(seen) || Date.now() > last) return seen
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
