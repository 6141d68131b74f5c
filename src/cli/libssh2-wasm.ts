#!/usr/bin/env node
/// The command-line program. Exit codes: that of the remote command; 255 if the connection failed, or the command line is wrong.
import { createRequire } from 'node:module'
import { report } from './report.ts'
import { parseVerb } from './verbs.ts'

function version(): string {
  const { name, version: number } = createRequire(import.meta.url)('../package.json') as { name: string, version: string }
  return `${name} ${number}`
}

const argv = process.argv.slice(2)
process.exitCode = await parseVerb(argv, version).catch((error: unknown) => report(error))
