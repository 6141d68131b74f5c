import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { npm, packBoth } from './install.ts'
import { nativeAddons } from './run.ts'

const folder = temporaryDirectory('ssh2-alias')
const run = promisify(execFile)
afterAll(() => folder.remove())

/** A package that asks for `ssh2`, as those of the registry do. */
function makeDependent(): void {
  mkdirSync(folder.file('dependent'))
  writeFileSync(folder.file('dependent/package.json'), JSON.stringify({ name: 'dependent', version: '1.0.0', main: 'index.js', dependencies: { ssh2: '^1.15.0' } }))
  writeFileSync(folder.file('dependent/index.js'), "module.exports = require('ssh2')\n")
}

// No registry is asked: the tarballs are all that there is. test:ssh2-packages does the same with packages from there.
describe('a project with the override', () => {
  const server = suiteServer(() => startSshd())

  beforeAll(async () => {
    makeDependent()
    const { core, dropIn } = await packBoth(folder.path)
    writeFileSync(folder.file('package.json'), JSON.stringify({ private: true, dependencies: { dependent: 'file:./dependent', 'libssh2-wasm': core }, overrides: { ssh2: dropIn, 'libssh2-wasm': core } }))
    await npm(folder.path, 'install', '--offline', '--install-links')
  }, 120_000)

  /** What a program prints, as JSON. */
  async function outcome(name: string, text: string, env: Record<string, string> = {}): Promise<unknown> {
    writeFileSync(folder.file(name), text)
    const { stdout, stderr } = await run(process.execPath, [folder.file(name)], { cwd: folder.path, env: { ...process.env, ...env }, timeout: 60_000 })
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  test('has no native addon', () => expect(nativeAddons(folder.path)).toEqual([]))

  test('require and import, of a dependent too, give the same objects as libssh2-wasm/ssh2', async () => {
    expect(await outcome('same.cjs', `
      const required = require('ssh2'), dependent = require('dependent'), own = require('libssh2-wasm/ssh2')
      import('ssh2').then((imported) => console.log(JSON.stringify([required === own, dependent === own, imported.default === own, imported.Client === own.Client, require('ssh2/lib/client') === own.Client])))
    `)).toEqual([true, true, true, true, true])
  })

  test('connects, works with files, and the process ends by itself', async () => {
    const { host, port, user, keys } = server()
    const config = JSON.stringify({ host, port, username: user, privateKey: readFileSync(keys.ed25519.path, 'utf8') })
    expect(await outcome('use.cjs', `
      const { Client } = require('dependent')
      const client = new Client()
      const facts = []
      client.on('ready', () => client.sftp((error, sftp) => sftp.writeFile('${folder.file('written')}', 'by the drop-in', () => sftp.stat('${folder.file('written')}', (error, { size }) => {
        facts.push(size)
        client.end()
      })))).on('close', () => facts.push('close')).connect({ ...JSON.parse(process.env.CONFIG), hostVerifier: () => true })
      process.on('exit', () => console.log(JSON.stringify(facts)))
    `, { CONFIG: config })).toEqual([14, 'close'])
  })
})
