// What a server says, and the names that it lists, reach the user's terminal through every verb of the program: none of it may move the cursor, or turn the text around.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { type Connection, message, serveHandshake, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { demoHost, type Ended, run } from './program.ts'

const demo = demoHost('cli-hostile-text')
const NAME = 'a\x1b]0;owned\x07\u{202e}gpj.exe\u{9b}31m\nb'
const FOLDER = 'sub\x1b[31m'
const SAYS = "printf 'x\\033[31m\\342\\200\\256\\302\\233y\\n'"
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\p{Bidi_Control}]/u

function put(): void {
  mkdirSync(demo.files.file(`tree/${FOLDER}`), { recursive: true })
  writeFileSync(demo.files.file(`tree/${NAME}`), 'x')
  writeFileSync(demo.files.file(`tree/${FOLDER}/in${FOLDER}`), 'y')
}
beforeAll(put)

const harmless = ({ stdout, stderr }: Ended) => {
  expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(UNSEEN)
  expect(stderr.replaceAll('\r\n', '\n')).not.toMatch(UNSEEN)
}
const sftp = (...lines: string[]) => run(['sftp', '-F', demo.config, `demo:${demo.files.file('tree')}`], lines.join('\n'))

test('sftp: listings in every form, the directory, and files that are not there', async () => {
  const ended = await sftp('ls', 'ls -1', 'ls -l', 'ls a*', 'ls -l a*', 'cd sub*', `cd "${FOLDER}"`, 'pwd', 'ls', 'get nothing*')
  harmless(ended)
  expect(ended.stdout).toContain('a\\x1b]0;owned\\x07\\u{202e}gpj.exe\\x9b31m\\nb')
})

test('sftp: what it tells of transfers and removals', async () => {
  const ended = await sftp(`lcd "${demo.files.file('.')}"`, 'get -r . down', 'chmod 600 a*', 'rm a*', 'rm sub*')
  harmless(ended)
  expect(ended.stdout).toMatch(/Retrieving .*sub\\x1b\[31m/)
  expect(ended.stdout).toMatch(/Removing .*owned\\x07/)
  put()
})

test('scp: names, and what the other side says on standard error', async () => {
  harmless(await run(['scp', '-F', demo.config, `demo:${demo.files.file('tree')}/sub*`, demo.files.file('there')]))
  const profile = demo.files.file('says')
  writeFileSync(profile, `#!/bin/sh\n${SAYS} >&2\nexec scp "$@"\n`, { mode: 0o755 })
  // The old protocol's path is a word of the server's shell.
  const ended = await run(['scp', '-O', '-F', demo.config, `demo:$(${SAYS} >&2; echo ${demo.files.file('says')})`, demo.files.file('copied')])
  harmless(ended)
  expect(ended.stderr).toContain('x\\x1b[31m\\u{202e}\\x9by')
  rmSync(profile)
})

test('each: lines, and JSON', async () => {
  const lines = await run(['each', '-F', demo.config, 'demo', '--', SAYS])
  harmless(lines)
  expect(lines.stdout).toBe('demo: x\\x1b[31m\\u{202e}\\x9by\n')
  const json = await run(['each', '--json', '-F', demo.config, 'demo', '--', SAYS])
  harmless(json)
  expect(JSON.parse(json.stdout)).toMatchObject({ stdout: 'x\x1b[31m\u{202e}\u{9b}y\n' })
})

test('the banner before the login, also with a log file', async () => {
  const script = async (connection: Connection) => {
    await serveHandshake(connection)
    connection.send(message(SSH_MSG.USERAUTH_BANNER).string('x\x1b[31m\u{202e}\u{9b}y\r\n').string('').finish())
    for (;;) {
      await connection.receive(SSH_MSG.USERAUTH_REQUEST)
      connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['publickey']).boolean(false).finish())
    }
  }
  for (const more of [[], ['-E', demo.files.file('log')]]) {
    await using server = await startScriptedServer(script)
    const ended = await run([...more, '-F', 'none', '-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=${demo.files.file('of-the-banner')}`, '-p', String(server.port), `user@${server.host}`, 'true'])
    harmless(ended)
    expect(ended.stderr).toContain('x\\x1b[31m\\u{202e}\\x9by\\x0d\n')
  }
})
