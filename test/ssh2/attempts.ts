import './limits.ts'
import { execFile } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SshServer } from '../support/ssh-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const REPOSITORY = new URL('../../', import.meta.url)
/**
 * Connects once for each of its configurations, one after the other. `agent: 'told'` is an agent that prints what it is asked, `through` a port to which a
 * `sock` is connected. `{ setMode }` is no connection: it sets the mode of the process. `atOnce` does not wait for the end.
 */
const PROGRAM = `
import { connect as dial } from 'node:net'
import { BaseAgent, Client, setDefaultHostKeys, utils } from ${JSON.stringify(new URL('src/ssh2/index.ts', REPOSITORY).href)}
const attempts = JSON.parse(process.argv[1])
process.on('warning', ({ code, message }) => console.log('warning', code, message))
process.on('unhandledRejection', () => console.log('unhandled'))
const key = utils.parseKey(utils.generateKeyPairSync('ed25519').private)
class Told extends BaseAgent {
  getIdentities(callback) { console.log('agent identities'); callback(null, [key]) }
  sign(_key, data, _options, callback) { console.log('agent sign'); callback(null, key.sign(data)) }
  getStream(callback) { console.log('agent stream'); callback(new Error('none')) }
}
const begun = []
for (const { setMode, through, atOnce, ...attempt } of attempts) {
  if (setMode !== undefined) {
    try { setDefaultHostKeys(setMode); console.log('mode', setMode) } catch (error) { console.log('mode', setMode, error.name, error.code) }
    continue
  }
  const over = new Promise((resolve) => {
    const client = new Client()
    client.on('ready', () => { console.log('ready'); client.end() })
    client.on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish) => { console.log('asked'); finish(prompts.map(() => 'answer')) })
    client.on('error', (error) => console.log('error', error.level, error.message))
    client.on('close', resolve)
    client.connect({ ...attempt, ...through && { sock: dial(through, '127.0.0.1') }, ...attempt.agent === 'told' && { agent: new Told() } })
  })
  if (atOnce) begun.push(over)
  else await over
}
await Promise.all(begun)
`

/** Runs attempts in a process of its own, whose home has these known hosts, or what a function puts there; what it printed. */
export async function attempts(mode: string | undefined, known: string | ((path: string) => void) | undefined, ...configs: readonly object[]): Promise<{ readonly lines: string[], readonly file: () => string }> {
  const home = temporaryDirectory('home')
  const file = join(home.path, '.ssh', 'known_hosts')
  if (known !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    if (typeof known === 'string') writeFileSync(file, known)
    else known(file)
  }
  const args = ['--import', './scripts/run/typescript.mjs', '--no-warnings', '--input-type=module', '-e', PROGRAM, JSON.stringify(configs)]
  const env = { ...process.env, HOME: home.path, ...mode !== undefined && { SSH2_HOST_KEYS: mode } }
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { env, cwd: REPOSITORY }, (error, stdout, stderr) => error ? reject(new Error(stderr)) : resolve(stdout))
  })
  // What a test puts there may be a FIFO, whose reader waits.
  const kept = lstatSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : ''
  home.remove()
  return { lines: output.split('\n').filter((line) => line !== ''), file: () => kept }
}

/** The line of known_hosts of a server. @param from whose keys it names */
export const line = ({ port, hostKeys }: SshServer, from = hostKeys): string => `[127.0.0.1]:${port} ${from[0]!.publicKey}\n`
