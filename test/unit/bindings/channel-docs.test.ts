import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { readInterface } from '../../../scripts/generate/interface-file.mjs'

const path = new URL('../../../src/bindings/channel/channel.ts', import.meta.url)
const exported = new Set(readInterface().exports.map(({ name }) => name))

/** Names that are macros over another function in libssh2.h: what is documented is the macro, what is exported the function. */
const MACRO_OF: Readonly<Record<string, string>> = {
  libssh2_channel_exec: 'libssh2_channel_process_startup',
  libssh2_channel_shell: 'libssh2_channel_process_startup',
  libssh2_channel_subsystem: 'libssh2_channel_process_startup',
  libssh2_channel_flush_stderr: 'libssh2_channel_flush_ex',
  libssh2_channel_read_stderr: 'libssh2_channel_read_ex',
  libssh2_channel_write_stderr: 'libssh2_channel_write_ex',
  libssh2_channel_ignore_extended_data: 'libssh2_channel_handle_extended_data2',
}

interface Documented {
  readonly name: string
  readonly comment: string
}

/** Public methods of the class with the text of their doc comments. */
function publicMethods(): Documented[] {
  const file = ts.createSourceFile('channel.ts', readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const channel = file.statements.find((node): node is ts.ClassDeclaration => ts.isClassDeclaration(node) && node.name?.text === 'Channel')
  return [...channel?.members ?? []].filter((member) => ts.isMethodDeclaration(member)).filter(({ name }) => ts.isIdentifier(name))
    .map((method) => ({ name: method.name.getText(file), comment: ts.getJSDocCommentsAndTags(method).map((node) => node.getText(file)).join('\n') }))
}

const methods = publicMethods()

describe("each method's documentation names its function of libssh2", () => {
  test('and none was overlooked', () => expect(methods.length).toBeGreaterThan(34))

  // libssh2 has no such function: our own C gives what its private structures know.
  test.each(methods.filter(({ name }) => !['answerOpen', 'exit', 'originator', 'peerClosed', 'readParts', 'receiveWindowSize', 'requestNoReply', 'setenvNoReply', 'setenvSend', 'setenvReply'].includes(name)).map(({ name, comment }) => [name, comment] as const))('%s', (_, comment) => {
    const named = comment.match(/libssh2_\w+/)?.[0] ?? ''
    expect(named).not.toBe('')
    expect([named, `${named}_ex`, MACRO_OF[named]].some((name) => name !== undefined && exported.has(name)), `${named} is exported`).toBe(true)
  })
})
