import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Client, type ConnectConfig } from 'ssh2'
import { publicKey } from './key-pairs.ts'
import type { ClientKeys, SshServer } from './ssh-server.ts'

const run = promisify(execFile)

/** Runs one command with OpenSSH's client, to show that a server works before the library is tested against it. */
export async function opensshRun(server: SshServer, key: keyof ClientKeys, command: string): Promise<string> {
  const options = ['IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes']
  const words = ['-F', 'none', ...options.flatMap((option) => ['-o', option]), '-i', server.keys[key].path, '-p', String(server.port)]
  const { stdout } = await run('ssh', [...words, `${server.user}@${server.host}`, command], { timeout: 20_000 })
  return stdout
}

/**
 * Runs one command with the ssh2 package, which accepts passwords without a terminal. `answers` are
 * given to keyboard-interactive prompts in order; the prompts are returned.
 */
export function ssh2Run(server: SshServer, command: string, login: ConnectConfig & { answers?: string[] }): Promise<{ stdout: string; prompts: string[] }> {
  const prompts: string[] = []
  const answers = [...(login.answers ?? [])]
  return new Promise((resolve, reject) => {
    const client = new Client()
    client.on('error', reject)
    client.on('keyboard-interactive', (_name, _instructions, _language, asked, finish) => {
      prompts.push(...asked.map(({ prompt }) => prompt))
      finish(asked.map(() => answers.shift() ?? ''))
    })
    client.on('ready', () => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error)
        let stdout = ''
        channel.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
        channel.on('close', () => {
          client.end()
          resolve({ stdout, prompts })
        })
      })
    })
    client.connect({ host: server.host, port: server.port, username: server.user, tryKeyboard: login.answers !== undefined, ...login })
  })
}

/** Fingerprints of the host keys that the server shows to anyone. */
export async function scannedFingerprints(server: SshServer): Promise<string[]> {
  const { stdout } = await run('ssh-keyscan', ['-T', '20', '-p', String(server.port), server.host])
  const lines = stdout.split('\n').filter((line) => line.startsWith('['))
  return lines.map((line) => publicKey(line.slice(line.indexOf(' ') + 1)).fingerprint)
}

/** The names of the server's `server-sig-algs` (RFC 8308 section 3.1), in its order and as often as it names them. */
export async function opensshServerSigAlgs(server: SshServer): Promise<string[]> {
  const words = ['-v', '-F', 'none', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes', '-o', 'IdentityAgent=none', '-i', server.keys.ed25519.path]
  const { stderr } = await run('ssh', [...words, '-p', String(server.port), `${server.user}@${server.host}`, 'true'], { timeout: 20_000 })
  return /server-sig-algs=<(.*)>/.exec(stderr)?.[1]?.split(',') ?? []
}
