import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { UsageError } from '../../../src/cli/usage-error.ts'
import { parseVerb } from '../../../src/cli/verbs.ts'
import { availableAlgorithms } from '../../../src/openssh/algorithms.ts'
import { KEYWORDS } from '../../../src/openssh/config/keywords/index.ts'
import { treeFile, writeTreeScript } from '../../support/foreign-tree.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { PROGRAM } from '../program.ts'
import { CONFIG_CASES, type ConfigCase } from './files.ts'
import { comparable, defaultsOf, type Lists, type Reader } from './lines.ts'

const directory = temporaryDirectory('ssh-g')
afterAll(() => directory.remove())

/** The machine's ssh, and the one of Debian 13. */
const versions: readonly Reader[] = [{ command: 'ssh', version: 9.2 }, ...existsSync(treeFile('trixie', '/usr/bin/ssh')) ? [{ command: writeTreeScript(directory.file('ssh-10'), 'trixie', '/usr/bin/ssh'), version: 10 }] : []]

/** What `ssh -G` prints; undefined where ssh refuses the file. */
function stock(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, ['-G', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (status !== 0 && status !== 255) throw new Error(`${command} -G ended with ${status}`)
  return status === 0 ? stdout : undefined
}

/** What the program's -G prints; undefined where it refuses. */
async function ours(args: readonly string[]): Promise<string | undefined> {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  const told = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  try {
    return await parseVerb(['ssh', '-G', ...args], () => '') === 0 ? printed : undefined
  } catch (error) {
    expect(error).toMatchObject({ message: expect.stringMatching(/./) })
    expect((error as { code?: string }).code === 'ERR_SSH_CONFIG' || error instanceof UsageError, String(error)).toBe(true)
    return undefined
  } finally {
    write.mockRestore()
    told.mockRestore()
  }
}

let count = 0
const fileOf = ({ text }: ConfigCase): string => {
  const path = directory.file(`config-${++count}`)
  writeFileSync(path, text)
  return path
}

describe.each(versions)('the program\'s -G prints what `ssh -G` of OpenSSH $version prints:', (reader) => {
  const theirDefaults = defaultsOf(stock(reader.command, ['-F', 'none', 'h'])!)
  let ourDefaults: Lists
  beforeAll(async () => { ourDefaults = defaultsOf((await ours(['-F', 'none', 'h']))!) })
  test.each(CONFIG_CASES.filter(({ since = 0 }) => reader.version >= since))('$name', async (entry) => {
    const file = fileOf(entry)
    for (const host of entry.hosts ?? ['h']) {
      const args = ['-F', file, ...entry.args ?? [], host]
      const theirs = stock(reader.command, args), mine = await ours(args)
      expect(mine && comparable(mine, { own: ourDefaults, other: theirDefaults }, reader, availableAlgorithms), `${host}\n${entry.text}`).toEqual(theirs && comparable(theirs, { own: theirDefaults, other: ourDefaults }, reader, availableAlgorithms))
    }
  })
})

test('the files are at least 60, and name every keyword', () => {
  expect(CONFIG_CASES.length).toBeGreaterThanOrEqual(60)
  const named = new Set(CONFIG_CASES.flatMap(({ text }) => text.split('\n').map((line) => /^\s*"?(\w+)/.exec(line)?.[1]?.toLowerCase())))
  expect(Object.keys(KEYWORDS).filter((name) => !named.has(name.toLowerCase()))).toEqual(['refuseConnection', 'warnWeakCrypto'])
})

test('the built program prints the same', async () => {
  for (const entry of CONFIG_CASES.slice(0, 3)) {
    const args = ['-G', '-F', fileOf(entry), 'h']
    expect(execFileSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' })).toBe(await ours(args.slice(1)))
  }
})
