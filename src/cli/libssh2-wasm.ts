#!/usr/bin/env node
/// The command-line program. Exit codes: those of the remote command; 255 where the connection failed, 2 for a wrong command line.
import { createRequire } from 'node:module'
import { SSHError } from '../errors/ssh-error.ts'
import type { Client } from '../client/client.ts'
import { type Arguments, parseArguments, USAGE, UsageError } from './arguments.ts'
import { runCommand } from './command.ts'
import { type Connection, openConnection } from './connection.ts'
import { Terminal, visible } from './terminal.ts'
import { get, put } from './transfer.ts'
import { openTunnels } from './tunnels.ts'

type ConnectedArguments = Exclude<Arguments, { action: 'help' } | { action: 'version' }>

async function main(argv: readonly string[]): Promise<number> {
  const request = parseArguments(argv)
  if (request.action === 'help') return print(USAGE)
  if (request.action === 'version') return print(version())
  const terminal = new Terminal(request.quiet)
  await using connection = await openConnection(request, terminal)
  if (request.verbose) terminal.tell(`debug: ${JSON.stringify(connection.client.algorithms)}`)
  // Without await the connection would be closed at once.
  return await act(request, connection, terminal)
}

async function act(request: ConnectedArguments, { client, config }: Connection, terminal: Terminal): Promise<number> {
  if (request.action === 'get') return get(client, request)
  if (request.action === 'put') return put(client, request)
  await openTunnels(client, {
    localForwards: [...request.localForwards, ...config.localForwards],
    remoteForwards: [...request.remoteForwards, ...config.remoteForwards],
    dynamicForwards: [...request.dynamicForwards, ...config.dynamicForwards],
  }, terminal)
  if (request.noCommand) return untilClosed(client)
  return runCommand(client, config, request.command ?? config.remoteCommand, request.tty)
}

async function untilClosed(client: Client): Promise<number> {
  const { expected, error } = await client.closed
  if (!expected) throw error
  return 0
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function version(): string {
  const { name, version: number } = createRequire(import.meta.url)('../package.json') as { name: string, version: string }
  return `${name} ${number}`
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${USAGE}\n`)
    return 2
  }
  const known = error instanceof SSHError || (error instanceof Error && 'syscall' in error)
  process.stderr.write(`libssh2-wasm: ${visible(known ? (error as Error).message : String(error instanceof Error ? error.stack : error))}\n`)
  return 255
}

process.exitCode = await main(process.argv.slice(2)).catch(report)
