import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { configFor, PROGRAM } from './program.ts'

const tmux = spawnSync('tmux', ['-V']).status === 0
if (!tmux) console.log('not run: the terminal of the program, because tmux is not installed')

describe.runIf(tmux)('the program in a terminal', () => {
  let server: SshServer
  let files: TemporaryDirectory
  const socket = `libssh2-wasm-${process.pid}`
  const call = (...args: string[]) => spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' }).stdout
  const screen = () => call('capture-pane', '-p', '-t', 'cli')
  const type = (...keys: string[]) => call('send-keys', '-t', 'cli', ...keys)

  beforeAll(async () => {
    server = await startSshd()
    files = temporaryDirectory('cli-terminal')
    const config = configFor(server, files)
    call('new-session', '-d', '-s', 'cli', '-x', '90', '-y', '25', `PS1='$ ' sh -c "'${process.execPath}' '${PROGRAM}' -F '${config}' demo; echo ended with \\$?; sleep 60"`)
  })
  afterAll(async () => {
    call('kill-server')
    await server.stop()
    files.remove()
  })

  async function shows(text: string | RegExp): Promise<void> {
    for (let tries = 0; tries < 150; tries++) {
      if (screen().match(text)) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(screen()).toMatch(text)
  }

  test('shows a shell, runs an editor, follows the window, and ends with the exit code', async () => {
    type('stty size; tty', 'Enter')
    await shows(/25 90[^]*\/dev\/pts\//)
    type(`vi ${files.file('text')}`, 'Enter')
    await shows(/~\n~/)
    type('i', 'typed in vi', 'Escape')
    await shows('typed in vi')
    call('resize-window', '-t', 'cli', '-x', '70', '-y', '20')
    type(':wq', 'Enter')
    await shows(/[$#] *$/m)
    expect(readFileSync(files.file('text'), 'utf8')).toBe('typed in vi\n')
    type('clear; stty size', 'Enter')
    await shows('20 70')
    type('C-c', '')
    // The terminal there drops what it has when the signal is sent: the prompt comes behind that.
    await shows(/\^C\n+[^\n]*[$#] *$/m)
    type('exit 7', 'Enter')
    await shows('ended with 7')
  }, 60_000)
})
