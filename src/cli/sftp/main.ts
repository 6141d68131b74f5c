import { createReadStream } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { createInterface } from 'node:readline'
import { reasonOf } from '../../errors/reason-of.ts'
import { SftpError, SSHError } from '../../errors/ssh-error.ts'
import { userOption } from '../../openssh/destination.ts'
import { getopt } from '../getopt.ts'
import { parsePlace } from '../scp/place.ts'
import { Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'
import { isLocalDirectory, isRemoteDirectory } from '../transfer/copy.ts'
import { copyDown } from '../transfer/copy-down.ts'
import { Hosts } from '../transfer/hosts.ts'
import { parseFlow, parseLimit, transferOptions } from '../transfer/options.ts'
import { UsageError } from '../usage-error.ts'
import { COMMANDS } from './commands.ts'
import { SftpState } from './state.ts'
import { LineError, splitLine } from './words.ts'

const LETTERS = '1246AaB:b:Cc:D:F:i:J:l:NO:o:P:pqR:rS:s:vX:'
const FAILED = 1

/** sftp(1): a session of commands, from the terminal, a pipe or a batch file; or one download. @returns the exit code */
export async function sftp(words: readonly string[]): Promise<number> {
  const { options, rest } = getopt(words, LETTERS)
  const [place, local, ...more] = rest
  if (place === undefined || more.length > 0) throw new UsageError('sftp needs [user@]host[:path]')
  const parsed = parsePlace(place)
  const host = 'host' in parsed ? parsed : { ...destination(place), path: '' }
  const has = (letter: string) => options.some(([name]) => name === letter)
  const batch = options.findLast(([letter]) => letter === 'b')?.[1]
  const terminal = new Terminal()
  await using hosts = new Hosts(transferOptions(options, batch !== undefined), terminal, parseFlow(options, 'RB'))
  const client = await hosts.sftp(host)
  const copy = { limit: parseLimit(options) }
  const quiet = has('q') || batch !== undefined
  const state = new SftpState(client, await client.realpath('.'), {
    copy, progress: !quiet, print: (text) => { if (!quiet || !/^(Fetching|Uploading|Resuming|Removing|Changing) /.test(text)) process.stdout.write(`${visible(text)}\n`) }, complain: (text) => { if (text !== '') process.stderr.write(`${visible(text)}\n`) },
  })
  if (host.path !== '') {
    const path = await state.remote(host.path)
    if (!await isRemoteDirectory(client, path)) return await fetchOne(state, path, local, { recursive: has('r'), preserve: has('p') })
    state.directory = await client.realpath(path)
    if (local !== undefined) return await fetchOne(state, path, local, { recursive: has('r'), preserve: has('p') })
  }
  // Awaited here, since the connection would otherwise be closed at once.
  return await session(state, batch)
}

function destination(text: string) {
  const at = text.lastIndexOf('@')
  return { host: text.slice(at + 1).replace(/^\[(.*)\]$/, '$1'), options: at > 0 ? [userOption(text.slice(0, at))] : [] }
}

/** `sftp host:file [local]`. */
async function fetchOne(state: SftpState, path: string, local: string | undefined, flags: { readonly recursive: boolean, readonly preserve: boolean }): Promise<number> {
  let failed = false
  const target = local === undefined ? basename(path) : await isLocalDirectory(local) ? join(local, posix.basename(path)) : local
  state.print(`Fetching ${path} to ${target}`)
  const fail = (text: string) => {
    failed = true
    state.complain(text)
  }
  const missing = () => { fail(`File "${path}" not found.`) }
  await copyDown(state.sftp, path, target, { ...state.copy, ...flags, progress: state.progress, follow: false, fail, leaveOut: state.complain, enter: (at) => { state.print(`Retrieving ${at}`) } }, missing)
  return failed ? FAILED : 0
}

/** In batch mode the first command that fails ends the program, except commands that begin with `-`. */
async function session(state: SftpState, batch: string | undefined): Promise<number> {
  const batchMode = batch !== undefined
  const input = batch === undefined || batch === '-' ? process.stdin : createReadStream(batch)
  const interactive = !batchMode && process.stdin.isTTY
  const lines = createInterface({ input, terminal: interactive, ...interactive && { output: process.stdout, prompt: 'sftp> ' } })
  const fileError = new Promise<never>((_, reject) => { input.once('error', reject) })
  fileError.catch(() => {})
  if (interactive) lines.prompt()
  const run = async () => {
    for await (const line of lines) {
      if (!interactive) state.print(`sftp> ${line}`)
      const fine = await perform(state, line)
      if (!fine && batchMode) return FAILED
      if (state.ended) break
      if (interactive) lines.prompt()
    }
    return 0
  }
  try {
    return await Promise.race([run(), fileError])
  } finally {
    lines.close()
    input.destroy()
  }
}

/** @returns whether batch mode may continue */
async function perform(state: SftpState, text: string): Promise<boolean> {
  let line = text.trim()
  const tolerant = /^[-@]+/.exec(line)?.[0] ?? ''
  line = line.slice(tolerant.length).trim()
  try {
    if (line.startsWith('!')) {
      await COMMANDS['!']!(state, line.slice(1).trim() === '' ? [] : [line.slice(1)])
      return true
    }
    const [name, ...words] = splitLine(line)
    if (name === undefined) return true
    const command = findCommand(name)
    await command(state, words)
    return true
  } catch (error) {
    // Any other error than a refusal of the server, or a mistake in the command, ends the connection.
    if (error instanceof SSHError && !(error instanceof SftpError)) throw error
    state.complain(reasonOf(error))
    return tolerant.includes('-')
  }
}

/** Finds a command by its name, in any case, or by a unique beginning of it. @throws LineError */
function findCommand(name: string) {
  const lower = name.toLowerCase()
  const command = Object.hasOwn(COMMANDS, lower) ? COMMANDS[lower] : undefined
  if (!command) throw new LineError('Invalid command.')
  return command
}
