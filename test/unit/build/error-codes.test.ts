import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { errorsDocument } from '../../../scripts/generate/error-codes.mjs'
import { LIBSSH2, OWN, SFTP } from '../../../scripts/generate/error-codes-table.mjs'
import { ERROR_NAMES, SFTP_STATUS_NAMES } from '../../../src/errors/error-table.gen.ts'
import { projectFiles } from '../../../scripts/check/files.mjs'

const project = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const codesOf = (rows: readonly (readonly [string, string, string])[]) => rows.map(([code]) => code)
const own = Object.values(OWN).flatMap(codesOf)
const listed = new Set([...own, ...codesOf(LIBSSH2).map((code) => `ERR_LIBSSH2_${code}`), ...codesOf(SFTP).map((code) => `ERR_SFTP_${code}`)])
const written = new Set(projectFiles('src', 'packages').filter((path: string) => /\.m?[jt]s$/.test(path)).flatMap((path) =>
  [...readFileSync(project(path), 'utf8').matchAll(/['"`](ERR_[A-Z0-9_]*[A-Z0-9])['"`]/g)].map((match) => match[1] as string)))

describe('docs/errors.md', () => {
  test('has every code that the sources have', () => {
    expect([...written].filter((code) => !listed.has(code))).toEqual([])
    expect(written.size).toBeGreaterThan(50)
  })

  test('has no code of its own that no source has', () => {
    expect(own.filter((code) => !written.has(code))).toEqual([])
  })

  test('has every error of libssh2 and every status of SFTP', () => {
    expect(codesOf(LIBSSH2)).toEqual([...ERROR_NAMES.slice(1), 'UNKNOWN'])
    expect(codesOf(SFTP)).toEqual(SFTP_STATUS_NAMES.slice(1))
  })

  test('says of each what happened and what to do, once', () => {
    const rows = [...Object.values(OWN).flat(), ...LIBSSH2, ...SFTP]
    for (const [code, meaning, cure] of rows) expect([meaning, cure].every((text) => /^[`A-Z].*\.$/.test(text)), code).toBe(true)
    expect(listed.size).toBe(rows.length)
  })

  test('is what the table says', () => {
    expect(readFileSync(project('docs/errors.md'), 'utf8')).toBe(errorsDocument())
  })
})
