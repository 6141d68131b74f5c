import { checkSignal } from '../abort/on-abort.ts'
import { able, record, text } from '../errors/arguments.ts'
import { nobody, type Person } from './person.ts'
import type { ConfigOption } from './config/reader.ts'
import { describeConfig } from './config/dump.ts'
import { shownLists } from './shown-lists.ts'
import { readSshConfig, type SshConfig } from './config/ssh-config.ts'
import { parseDestination } from './destination.ts'
import { openConnection } from './connect/connection.ts'
import type { Client } from '../client/client.ts'
import type { ConnectOptions } from '../client/connect.ts'

/** How to reach a host of the user's set-up. */
export interface HostOptions {
  /** Read this file instead of ~/.ssh/config and the system's (`ssh -F`); `none` reads no file. */
  readonly config?: string | undefined
  /** Lines of ssh_config(5) that take precedence over all files (`ssh -o`): by keyword, or as `Keyword=value`. */
  readonly options?: Readonly<Record<string, string>> | readonly ConfigOption[] | undefined
  /** Options of `connect()` that override the configuration. */
  readonly connect?: Partial<ConnectOptions> | undefined
  /** The user to ask for passphrases, passwords and new host keys. Without it nobody is asked, and whatever needs an answer fails. */
  readonly person?: Person | undefined
  readonly signal?: AbortSignal | undefined
}

/** The resolved settings for a host, for people and logs; no secrets. */
export interface HostDescription {
  /** The name as given. */
  readonly alias: string
  readonly hostName: string
  readonly port: number
  readonly user: string
  /** The jump hosts, the first one first. */
  readonly through: readonly string[]
  readonly proxyCommand: string | undefined
  /** Keys in the order in which they are offered: paths, or comments of the agent. */
  readonly identityFiles: readonly string[]
  readonly knownHostsFiles: readonly string[]
  /** How an unknown key is handled: refused, accepted, or asked about. `accept-new` accepts the keys of new hosts, and refuses changed ones. */
  readonly strictHostKeyChecking: 'yes' | 'no' | 'ask' | 'accept-new'
  /** Every value, one keyword per line, as `ssh -G` shows them. */
  readonly lines: readonly string[]
  /** Settings that are not fulfilled, or have no meaning here. */
  readonly notes: readonly string[]
}

/** A client and its jump hosts; closing it closes them all. */
export interface OpenHost extends AsyncDisposable {
  readonly client: Client
  readonly description: HostDescription
  close(): Promise<void>
}

interface Resolved {
  readonly config: SshConfig
  readonly description: HostDescription
}

/** Reads the configuration for a host, without connecting. @param destination `alias`, `user@alias` or `ssh://user@alias:port` @throws SSHError `ERR_SSH_CONFIG` */
export async function resolveHost(destination: string, options: HostOptions = {}): Promise<HostDescription> {
  return (await resolve(destination, options)).description
}

/** Connects and logs in as `ssh destination` would. @throws SSHError `ERR_SSH_CONFIG`, and the errors of `connect()` */
export async function openHost(destination: string, options: HostOptions = {}): Promise<OpenHost> {
  const { config, description } = await resolve(destination, options)
  const { person = nobody, signal, connect, config: file } = options
  const connection = await openConnection(config, { person, signal, connect, file })
  const close = async () => connection[Symbol.asyncDispose]()
  return { client: connection.client, description, close, [Symbol.asyncDispose]: close }
}

async function resolve(destination: string, given: HostOptions): Promise<Resolved> {
  const { config: file, options = [], person = nobody, signal, connect } = record(given, 'options')
  checkSignal(signal)
  if (file !== undefined) text(file, 'config')
  if (connect !== undefined) record(connect, 'connect')
  able(person, 'person', 'a Person', 'ask', 'askSecret', 'tell')
  const { host, options: named } = parseDestination(destination)
  signal?.throwIfAborted()
  const notes: string[] = []
  const lines: readonly ConfigOption[] = isList(options) ? checkedLines(options) : Object.entries(record(options, 'options.options'))
  const config = await readSshConfig({
    host, file, options: [...named, ...lines],
    onDetail: (text) => notes.push(text),
    onWarning: (text) => {
      notes.push(text)
      person.tell(text)
    },
  })
  signal?.throwIfAborted()
  return { config, description: describe(destination, config, notes) }
}

const isList = (options: NonNullable<HostOptions['options']>): options is readonly ConfigOption[] => Array.isArray(options)

function checkedLines(lines: readonly ConfigOption[]): readonly ConfigOption[] {
  for (const line of lines) if (typeof line !== 'string' && !(Array.isArray(line) && line.every((part) => typeof part === 'string'))) throw new TypeError('options.options must have lines of ssh_config, or pairs of keyword and value')
  return lines
}

function describe(alias: string, config: SshConfig, notes: readonly string[]): HostDescription {
  return {
    alias, hostName: config.hostName, port: config.port, user: config.user,
    through: (config.proxyJump ?? []).map(({ host }) => host), proxyCommand: config.proxyCommand,
    identityFiles: config.identityFile, knownHostsFiles: [...config.userKnownHostsFile, ...config.globalKnownHostsFile], strictHostKeyChecking: config.strictHostKeyChecking,
    lines: describeConfig(config, shownLists(config)), notes,
  }
}
