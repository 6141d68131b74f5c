import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SshServer } from '../support/ssh-server.ts'
import type { Snippet } from './blocks.ts'

/** What setup.mjs of docs/guides/first-command.md exports. */
const NAMES = ['client', 'folder', 'host', 'key', 'known', 'port', 'username']

/** A text in which each of `replacements` occurs. */
function replaced(code: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the snippet has no ${from}`)
    return text.replace(from, to)
  }, code)
}

/** What a reader replaces in the README's first program and in setup.mjs: the server, the user, the two files. */
export function forServer(code: string, { port, user, keys }: SshServer, knownHosts: string): string {
  const own = code.includes("host = 'example.org'")
    ? { "host = 'example.org', port = 22, username = 'me'": `host = '127.0.0.1', port = ${port}, username = ${JSON.stringify(user)}` }
    : { "host: 'example.org'": `host: '127.0.0.1', port: ${port}`, "username: 'me'": `username: ${JSON.stringify(user)}` }
  return replaced(code, { ...own, '`${homedir()}/.ssh/known_hosts`': JSON.stringify(knownHosts), '`${homedir()}/.ssh/id_ed25519`': JSON.stringify(keys.ed25519.path) })
}

/** Objects look the same on every runtime. */
const SAME_LOG = "\nconsole.log = (...values) => globalThis.process.stdout.write(`${values.map((value) => typeof value === 'string' ? value : JSON.stringify(value)).join(' ')}\\n`)\n"

/** setup.mjs, as the guide has it. */
export const setup = (code: string, server: SshServer, knownHosts: string): string => `${forServer(code, server, knownHosts)}${SAME_LOG}`

/** Writes what a reader makes of a snippet: the import of the names that it uses, the snippet as it stands, the end of the client. @returns the file's name */
export function writeProgram(folder: string, { code, document, line }: Snippet, prelude = ''): string {
  const name = `${document.replace(/\W+/g, '-')}-${line}`
  // A program that requires is complete.
  if (/= require\(/.test(code)) {
    writeFileSync(join(folder, `${name}.cjs`), code)
    return `${name}.cjs`
  }
  const used = NAMES.filter((free) => free === 'client' || new RegExp(`(?<![.\\w'\`])${free}\\b(?!:|')`).test(code))
  const complete = /from '\.\/setup\.mjs'|^const client = /m.test(code) || /^import [^\n]*\n*$/.test(code)
  writeFileSync(join(folder, `${name}.mjs`), complete ? code : `import { ${used.join(', ')} } from './setup.mjs'\n${prelude}\n${code}\nawait client.close()\n`)
  return `${name}.mjs`
}
