import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPeer } from './process.ts'
import { authorizedKeys, clientKeys, hostKeyPairs, sshServer, type SshServer } from './ssh-server.ts'
import { temporaryDirectory } from './temporary.ts'

const folder = fileURLToPath(new URL('./peers/erlang-server/', import.meta.url))

/** The server of Erlang/OTP: commands and a shell without a PTY, SFTP, and TCP forwarding both ways. It has one ECDSA host key. */
export async function startErlangServer(): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(['ed25519', 'ecdsa', 'rsa'])])
  const directory = temporaryDirectory('erlang')
  try {
    for (const name of ['host', 'user', 'home']) mkdirSync(directory.file(name))
    for (const { type, path } of hostKeys) copyFileSync(path, directory.file(`host/ssh_host_${type}_key`))
    writeFileSync(directory.file('user/authorized_keys'), authorizedKeys(keys))
    await promisify(execFile)('erlc', ['-o', directory.path, `${folder}erlang_server.erl`])
    const words = [directory.file('host'), directory.file('user'), `${folder}run-command.py`]
    // -noinput: a shell of its own would stop it in the background. It writes a cookie at home.
    const peer = await startPeer('erl', ['-noinput', '-pa', directory.path, '-eval', 'erlang_server:main().', '-extra', ...words], { env: { HOME: directory.file('home'), ERL_CRASH_DUMP_SECONDS: '0' } })
    try {
      await peer.logged(/listening on \d+/, 60_000)
    } catch (error) {
      await peer.kill()
      throw error
    }
    return sshServer(peer, directory, { port: Number(/listening on (\d+)/.exec(peer.log())?.[1]), hostKeys, user: 'tester', keys })
  } catch (error) {
    directory.remove()
    throw error
  }
}
