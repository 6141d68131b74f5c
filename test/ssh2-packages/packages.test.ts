import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { installPackages, PACKAGES } from './install.ts'
import { nativeAddons, type Outcome, runProgram } from './run.ts'
import { writeTable } from './table.ts'

const full = process.env.SSH2_PACKAGES === 'full'
if (!full) console.warn('skipped: packages that stand on ssh2, from the registry, with the drop-in: npm run test:ssh2-packages')

const folder = temporaryDirectory('ssh2-packages')
const work = folder.file('work')
const LIMIT = 300_000

/** The program that docker-modem runs on the server: between its standard streams and the engine's socket. */
const DOCKER = `#!${process.execPath}
const socket = require('node:net').connect('${work}/docker.sock')
process.stdin.pipe(socket).pipe(process.stdout)
socket.on('close', () => process.stdin.destroy())
`

describe.runIf(full)('packages that stand on ssh2', () => {
  const server = suiteServer(() => startSshd({ config: [`SetEnv PATH=${folder.file('bin')}:/usr/bin:/bin`] }))
  const rows: { name: string, theirs: Outcome, ours: Outcome }[] = []

  beforeAll(async () => {
    mkdirSync(folder.file('bin'))
    writeFileSync(folder.file('bin/docker'), DOCKER)
    chmodSync(folder.file('bin/docker'), 0o755)
    await installPackages(folder.file('theirs'), 'npm ssh2')
    await installPackages(folder.file('ours'), 'the drop-in')
  }, LIMIT)
  afterAll(() => {
    writeTable(rows)
    folder.remove()
  })

  test('the project with the override has no native addon', () => {
    expect(nativeAddons(folder.file('ours'))).toEqual([])
  })

  test.each(Object.keys(PACKAGES))('%s', async (name) => {
    const theirs = await runProgram(folder.file('theirs'), name, server(), work)
    const ours = await runProgram(folder.file('ours'), name, server(), work)
    rows.push({ name, theirs, ours })
    expect(theirs).toMatchObject({ code: 0, facts: expect.any(Array) })
    expect(ours).toEqual(theirs)
  }, LIMIT)
})
