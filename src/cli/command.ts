import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Client } from '../client/client.ts'
import type { ProcessOptions } from '../client/start-process.ts'
import type { Process } from '../client/process.ts'
import type { Exit, PtyOptions } from '../bindings/channel/channel.ts'
import { matchPattern } from '../host-key/known-hosts/pattern.ts'
import type { SshConfig } from './ssh-config/ssh-config.ts'

/** Of a command that was ended by a signal, as ssh has it. */
const SIGNALLED = 255

/**
 * Runs a command, or the login shell, with this process's stdin, stdout and stderr.
 * @returns the exit code to end with
 */
export async function runCommand(client: Client, config: SshConfig, command: string | undefined, tty: boolean | undefined): Promise<number> {
  const wantsTerminal = tty ?? (config.requestTTY === 'yes' || config.requestTTY === 'force' || (config.requestTTY === 'auto' && command === undefined))
  const pty = wantsTerminal && (process.stdin.isTTY || tty === true || config.requestTTY === 'force') ? terminalOf() : undefined
  const options: ProcessOptions = { env: environment(config), ignoreRefusedEnv: true, agentForwarding: config.forwardAgent || undefined }
  const remote = command === undefined ? await client.shell({ ...options, ...pty, pty: pty !== undefined }) : await client.exec(command, { ...options, pty })
  return remote.terminal ? attachTerminal(remote) : attachStreams(remote)
}

function terminalOf(): PtyOptions {
  const { columns = 80, rows = 24 } = process.stdout
  return { term: process.env['TERM'] ?? 'vt100', columns, rows }
}

function environment({ setEnv, sendEnv }: SshConfig): Record<string, string> {
  const sent = Object.entries(process.env).filter(([name]) => sendEnv.some((pattern) => matchPattern(name, pattern))) as [string, string][]
  return Object.fromEntries([...sent, ...setEnv])
}

/** Raw mode: each key goes to the other side as it is typed, and the window's size follows. */
async function attachTerminal(remote: Process): Promise<number> {
  const { stdin, stdout } = process
  const resize = () => {
    void remote.resize(stdout.columns, stdout.rows).catch(() => {})
  }
  const raw = stdin.isTTY
  if (raw) stdin.setRawMode(true)
  stdout.on('resize', resize)
  try {
    return await attachStreams(remote)
  } finally {
    stdout.off('resize', resize)
    if (raw) stdin.setRawMode(false)
  }
}

async function attachStreams(remote: Process): Promise<number> {
  const sending = send(process.stdin, remote.stdin)
  await Promise.all([receive(remote.stdout, process.stdout), receive(remote.stderr, process.stderr)])
  const exit = await remote.exit
  // What is typed from now on is for the next program.
  process.stdin.destroy()
  await sending
  return codeOf(exit)
}

/** Ends with the input, or when nobody takes it any more. */
async function send(source: Readable, target: WritableStream<Uint8Array | string>): Promise<void> {
  const writer = target.getWriter()
  try {
    for await (const chunk of source) await writer.write(chunk as Uint8Array)
    await writer.close()
  } catch {
    // The command has ended, or has closed its input: its exit says the rest.
  }
}

async function receive(source: ReadableStream<Uint8Array>, target: Writable): Promise<void> {
  for await (const chunk of source) {
    if (!target.write(chunk)) await once(target, 'drain')
  }
}

function codeOf(exit: Exit): number {
  return exit.code ?? SIGNALLED
}
