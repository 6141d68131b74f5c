import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { configFor, PROGRAM } from './program.ts'
import { requireTmux, Screen } from './screen.ts'

describe.runIf(requireTmux('the terminal of the program'))('the program in a terminal', () => {
  let server: SshServer
  let files: TemporaryDirectory
  let screen: Screen

  beforeAll(async () => {
    server = await startSshd()
    files = temporaryDirectory('cli-terminal')
    const config = configFor(server, files)
    screen = new Screen(`PS1='$ ' sh -c "'${process.execPath}' '${PROGRAM}' -F '${config}' demo; echo ended with \\$?; sleep 60"`)
  })
  afterAll(async () => {
    screen.end()
    await server.stop()
    files.remove()
  })

  test('shows a shell, runs an editor, follows the window, and ends with the exit code', async () => {
    screen.enter('stty size; tty')
    await screen.shows(/25 90[^]*\/dev\/pts\//)
    screen.enter(`vi ${files.file('text')}`)
    await screen.shows(/~\n~/)
    screen.press('i', 'typed in vi', 'Escape')
    await screen.shows('typed in vi')
    screen.resize(70, 20)
    screen.enter(':wq')
    await screen.shows(/[$#] *$/m)
    expect(readFileSync(files.file('text'), 'utf8')).toBe('typed in vi\n')
    screen.enter('clear; stty size')
    await screen.shows('20 70')
    screen.press('C-c')
    // The terminal there drops what it has when the signal is sent: the prompt comes behind that.
    await screen.shows(/\^C\n+[^\n]*[$#] *$/m)
    screen.enter('exit 7')
    await screen.shows('ended with 7')
  }, 60_000)
})
