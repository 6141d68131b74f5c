/// OpenSSH's sshd as a child process, without installing it as a service.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'

export const SSHD = '/usr/sbin/sshd'

/** Its port, its private files, and SFTP. */
export function sshdConfig(port: number, ...lines: string[]): string {
  return ['ListenAddress 127.0.0.1', `Port ${port}`, 'PidFile none', 'StrictModes no', 'UsePAM no', 'Subsystem sftp internal-sftp', ...lines, ''].join('\n')
}

/**
 * Starts it and waits until it listens.
 * @param wrapper a command, with its arguments, to which sshd's command line is appended
 * @returns a function that ends it and waits for its end.
 */
export async function launchSshd(configFile: string, wrapper: readonly string[] = []): Promise<() => Promise<void>> {
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const [command = SSHD, ...args] = [...wrapper, SSHD, '-D', '-e', '-f', configFile]
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  await new Promise<void>((resolve, reject) => {
    let log = ''
    child.stderr.on('data', (text: Buffer) => {
      log += text.toString()
      if (log.includes('Server listening')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`sshd did not start:\n${log}`)))
  })
  return async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await ended
  }
}
