import { execFile } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installPackedPackage } from '../support/packed-package.ts'
import { clientKeys } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { bundleForNode, nodeBundlers } from './node-bundle.ts'

const folder = temporaryDirectory('node-bundlers')
beforeAll(() => installPackedPackage(folder.path), 120_000)
afterAll(() => folder.remove())

describe('a bundle for Node, made without settings, runs where nothing else is', () => {
  const server = suiteServer(() => startSshd())

  test.each(nodeBundlers.map((bundler) => [bundler.name, bundler] as const))('%s', async (_, bundler) => {
    rmSync(folder.file('out'), { recursive: true, force: true })
    const file = await bundleForNode(folder.path, bundler)
    // The application's folder has the package: a bundle that still asked for it would find it there.
    const empty = temporaryDirectory('empty')
    try {
      cpSync(folder.file('out'), empty.path, { recursive: true })
      const { host, port, user, hostKeys } = server()
      const connection = { host, port, username: user, fingerprint: hostKeys.map((hostKey) => hostKey.fingerprint), key: (await clientKeys()).ed25519.privateKey }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [empty.file(basename(file))], { cwd: empty.path, env: { ...process.env, SERVER: JSON.stringify(connection) }, timeout: 60_000 })
      expect({ stdout, stderr }).toEqual({ stdout: 'from a bundle -37\n', stderr: '' })
    } finally {
      empty.remove()
    }
  }, 120_000)
})
