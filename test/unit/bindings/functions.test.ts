import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as library from '../../../src/bindings/index.ts'
import { unbound } from '../../../scripts/generate/functions-unbound.mjs'
import { declared, documented, page } from '../../../scripts/generate/functions.mjs'
import { readInterface } from '../../../scripts/generate/interface-file.mjs'

const { functions, macros } = declared()
const exported = new Set(readInterface().exports.map(({ name }) => name))

describe('docs/functions.md', () => {
  test('is what the generator makes of the headers and the code: node scripts/generate/functions.mjs', () => {
    const path = new URL('../../../docs/functions.md', import.meta.url)
    expect(existsSync(path)).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe(page())
  })

  test('lists the 137 functions of libssh2 1.11.1', () => {
    expect(new Set(functions).size).toBe(137)
  })

  test('gives no reason for a function that does not exist, and binds none', () => {
    expect(Object.keys(unbound).filter((name) => !functions.includes(name))).toEqual([])
    const known = new Set([...functions, ...macros.keys(), 'libssh2_userauth_methods_left', 'libssh2_channel_forward_listen_streamlocal'])
    expect(documented().flatMap((member) => member.functions).filter((name) => name.startsWith('libssh2_') && !known.has(name))).toEqual([])
  })
})

/** Bound by code of this package instead of libssh2's: agent.c and publickey.c are not compiled, and glue_* calls the rest. */
const REPLACED = /^libssh2_(agent|publickey|session_(init_ex|handshake|free|callback)|userauth_(password_ex|publickey|publickey_frommemory|keyboard_interactive_ex)$|sftp_(seek|tell)$|scp_)/

describe('each method that the table names', () => {
  const members = documented()

  test.each(members.map((member) => [`${member.owner}.${member.member}`, member] as const))('%s exists', (_, { owner, member, isStatic }) => {
    const owned = library[owner as keyof typeof library] as { prototype: object } | undefined
    expect(owned, `${owner} is a public name`).toBeTypeOf('function')
    const holder = isStatic ? owned : owned?.prototype
    // A field, such as onDisconnect, is on the objects only.
    expect(member in (holder as object) || member.startsWith('on')).toBe(true)
  })

  test.each(functions.filter((name) => !(name in unbound) && !REPLACED.test(name)))('%s is exported by the module', (name) => {
    expect(exported.has(name)).toBe(true)
  })
})
