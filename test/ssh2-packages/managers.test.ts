import { afterAll, describe, expect, test } from 'vitest'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { installWith, MANAGERS } from './managers.ts'
import { nativeAddons, runProgram } from './run.ts'
import { writeManagers } from './table.ts'

const full = process.env.SSH2_PACKAGES === 'full'
if (!full) console.warn('skipped: the drop-in as pnpm and Yarn install it: npm run test:ssh2-packages')

const folder = temporaryDirectory('ssh2-managers')

describe.runIf(full)('ssh2-sftp-client on the drop-in', () => {
  const server = suiteServer(() => startSshd())
  const done: string[] = []
  afterAll(() => {
    writeManagers(done)
    folder.remove()
  })

  test.each(MANAGERS)('$name', async (manager) => {
    const project = await installWith(manager, folder.file(manager.name))
    expect(nativeAddons(project)).toEqual([])
    const { facts, stderr, code } = await runProgram(project, 'ssh2-sftp-client', server(), folder.file('work'))
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    // What they have to be is compared with npm ssh2 in packages.test.ts.
    expect(facts).toHaveLength(27)
    expect(JSON.stringify(facts)).not.toContain('unhandled rejection')
    done.push(manager.name)
  }, 600_000)
})
