// Servers and clients of SFTP that are not among the SSH servers of the table: ProFTPD's mod_sftp, and what lftp sees of our uploads.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, password, type SftpFileHash } from '../../src/index.ts'
import { SftpClient } from '../../src/sftp/client/sftp-client.ts'
import { clientOf } from '../support/client-of.ts'
import { keyPair } from '../support/key-pairs.ts'
import { startMinaServer } from '../support/mina-server.ts'
import { freePort, portAccepts } from '../support/port.ts'
import { startPeer } from '../support/process.ts'
import { requirePeer } from '../support/require-peer.ts'
import { openSession } from '../support/session.ts'
import { withPortRetry } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { pattern } from '../integration/client/sftp/use-sftp.ts'

const run = promisify(execFile)
const DATA = pattern(3_000_000, 11)
const NOBODY = 65534

/** ProFTPD with one user, who has a folder of his own. Below `/`, so that he may enter it. */
async function startProftpd() {
  const directory = mkdtempSync(join(tmpdir(), 'libssh2-wasm-proftpd-'))
  const file = (name: string) => join(directory, name)
  chmodSync(directory, 0o755)
  mkdirSync(file('home'))
  chownSync(file('home'), NOBODY, NOBODY)
  const { stdout: hash } = await run('openssl', ['passwd', '-1', 'secret'])
  writeFileSync(file('users'), `tester:${hash.trim()}:${NOBODY}:${NOBODY}::${file('home')}:/bin/sh\n`, { mode: 0o600 })
  const { path: hostKey } = await keyPair('rsa', 'host')
  return withPortRetry(async () => {
    const port = await freePort()
    writeFileSync(file('conf'), [
      'LoadModule mod_sftp.c', 'ServerType standalone', `Port ${port}`, 'DefaultAddress 127.0.0.1', 'User nobody', 'Group nogroup', 'UseIPv6 off', 'UseReverseDNS off',
      `PidFile ${file('pid')}`, `ScoreboardFile ${file('scoreboard')}`, 'DelayEngine off', 'WtmpLog off', 'RequireValidShell off', 'AuthOrder mod_auth_file.c',
      'AuthFileOptions InsecurePerms', `AuthUserFile ${file('users')}`, 'SFTPEngine on', `SFTPHostKey ${hostKey}`, 'SFTPAuthMethods password', 'AllowOverwrite on', 'AllowStoreRestart on', '',
    ].join('\n'))
    const peer = await startPeer('/usr/sbin/proftpd', ['--nodaemon', '--debug', '1', '--config', file('conf')])
    try {
      await peer.logged(/standalone mode STARTUP/i)
      // It says so before it listens.
      await portAccepts(port)
    } catch (error) {
      await peer.kill()
      throw error
    }
    return { port, home: file('home'), async [Symbol.asyncDispose]() { await peer.stop(); rmSync(directory, { recursive: true, force: true }) } }
  })
}

/** What a server says about a file that it can hash (`check-file`) is what Node says about its bytes. */
async function hashes(sftp: SftpClient, path: string, data: Uint8Array, parts: boolean): Promise<void> {
  const digest = (algorithm: string, part: Uint8Array) => createHash(algorithm).update(part).digest('hex')
  const hex = ({ hashes }: SftpFileHash) => hashes.map((hash) => Buffer.from(hash).toString('hex'))
  for (const algorithm of ['sha256', 'sha1', 'md5', 'sha512'] as const) {
    const answer = await sftp.checkFile(path, { algorithms: [algorithm] })
    expect([answer.algorithm, hex(answer)]).toEqual([algorithm, [digest(algorithm, data)]])
  }
  // What ProFTPD 1.3.8 hashes of a part is not that part, and it answers a refusal and a handle with a number that nobody gave.
  if (!parts) return
  expect(hex(await sftp.checkFile(path, { start: 1_000, length: 5_000 }))).toEqual([digest('sha256', data.subarray(1_000, 6_000))])
  await using file = await sftp.open(path)
  expect(hex(await file.check())).toEqual([digest('sha256', data)])
  expect(hex(await file.check({ length: 3_072, blockSize: 1_024 }))).toEqual([[0, 1_024], [1_024, 2_048], [2_048, 3_072]].map(([from, to]) => digest('sha256', data.subarray(from, to))))
  await expect(sftp.checkFile(`${path}-not-there`)).rejects.toMatchObject({ name: 'SftpError' })
  await expect(sftp.checkFile(path, { algorithms: ['crc32'] as never })).rejects.toThrow(TypeError)
  await expect(sftp.checkFile(path, { blockSize: 100 })).rejects.toThrow(RangeError)
}

describe.runIf(requirePeer('proftpd'))('ProFTPD\'s mod_sftp', () => {
  test('files, appending, trees and renames', async () => {
    await using server = await startProftpd()
    await using client = await connect({ host: '127.0.0.1', port: server.port, username: 'tester', hostKey: insecureAcceptAnyHostKey(), auth: [password('secret')] })
    await using sftp = await client.sftp()
    const there = (name: string) => `${server.home}/${name}`
    await sftp.upload(DATA, there('large'))
    expect(Buffer.compare(readFileSync(there('large')), DATA)).toBe(0)
    expect(Buffer.compare(await sftp.readFile(there('large')), DATA)).toBe(0)
    await sftp.writeFile(there('log'), 'first\n')
    await sftp.appendFile(there('log'), 'second\n')
    expect(await sftp.readFile(there('log'), 'utf8')).toBe('first\nsecond\n')
    await sftp.upload(DATA.subarray(0, 1000), there('log'), { atomic: true })
    expect(statSync(there('log')).size).toBe(1000)
    await hashes(sftp, there('large'), DATA, false)
    for (const ask of [() => sftp.homeDirectory(), () => sftp.expandPath('~/large')]) await expect(ask()).rejects.toMatchObject({ code: 'ERR_SFTP_OP_UNSUPPORTED' })
    using directory = temporaryDirectory('proftpd')
    mkdirSync(directory.file('tree/sub'), { recursive: true })
    for (let i = 0; i < 40; i++) writeFileSync(directory.file(`tree/${i % 2 ? 'sub/' : ''}${i}`), pattern(i * 900, i))
    expect(await sftp.uploadDirectory(directory.file('tree'), there('tree'), { preserve: true })).toMatchObject({ files: 40, skipped: [], refused: [] })
    expect(await sftp.downloadDirectory(there('tree'), directory.file('back'))).toMatchObject({ files: 40, skipped: [] })
    for (let i = 0; i < 40; i++) expect(Buffer.compare(readFileSync(directory.file(`back/${i % 2 ? 'sub/' : ''}${i}`)), pattern(i * 900, i))).toBe(0)
    await sftp.mkdir(there('tree/sub'), { recursive: true })
    await sftp.rm(there('tree'), { recursive: true })
    expect(readdirSync(server.home).sort()).toEqual(['large', 'log'])
  }, 120_000)
})

describe.runIf(process.env.INTEROP === 'full' && requirePeer('mina'))('Apache MINA SSHD', () => {
  test('hashes files', async () => {
    await using server = await startMinaServer({ hostKeyTypes: ['ed25519'] })
    await using client = await clientOf(server)
    await using sftp = await client.sftp()
    using directory = temporaryDirectory('mina')
    writeFileSync(directory.file('large'), DATA)
    await hashes(sftp, directory.file('large'), DATA, true)
  }, 120_000)
})

describe.runIf(requirePeer('lftp'))('lftp', () => {
  test('mirrors what we have uploaded: names, contents, modes and times', async () => {
    using directory = temporaryDirectory('lftp')
    mkdirSync(directory.file('from/mit Leerzeichen'), { recursive: true })
    const files = { 'a.txt': 'a', 'größe': 'g', 'mit Leerzeichen/run.sh': '#!/bin/sh\n', large: DATA }
    for (const [name, content] of Object.entries(files)) writeFileSync(directory.file(`from/${name}`), content)
    chmodSync(directory.file('from/mit Leerzeichen/run.sh'), 0o755)
    utimesSync(directory.file('from/a.txt'), 1_000_000_000, 1_100_000_000)
    await using server = await startSshd()
    await using session = await openSession(server)
    await using sftp = await SftpClient.open(session)
    expect(await sftp.uploadDirectory(directory.file('from'), directory.file('there'), { preserve: true, atomic: true })).toMatchObject({ files: 4, refused: [] })
    const ssh = `ssh -a -x -F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -i ${server.keys.ed25519.path}`
    const script = `set sftp:connect-program "${ssh}"; set sftp:charset utf-8; set file:charset utf-8; set net:max-retries 1; set cmd:fail-exit yes; mirror "${directory.file('there')}" "${directory.file('back')}"; bye`
    await run('lftp', ['--norc', '-e', script, `sftp://${server.user}:none@127.0.0.1:${server.port}`], { env: { ...process.env, HOME: directory.path, LC_ALL: 'C.UTF-8' }, timeout: 60_000 })
    for (const [name, content] of Object.entries(files)) expect(Buffer.compare(readFileSync(directory.file(`back/${name}`)), Buffer.from(content)), name).toBe(0)
    expect(statSync(directory.file('back/mit Leerzeichen/run.sh')).mode & 0o777).toBe(0o755)
    expect(statSync(directory.file('back/a.txt')).mtimeMs).toBe(1_100_000_000_000)
  }, 120_000)
})
