import { spawn } from 'node:child_process'
import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import { expandTokens, TOKEN_LETTERS } from '../../openssh/config/tokens.ts'

/** Runs LocalCommand with the user's shell after the login, if PermitLocalCommand allows it. */
export async function runLocalCommand({ localCommand, permitLocalCommand, tokens }: SshConfig): Promise<void> {
  if (!permitLocalCommand || localCommand === undefined || localCommand.toLowerCase() === 'none') return
  const command = expandTokens(localCommand, { ...tokens, T: 'NONE' }, `${TOKEN_LETTERS.most}T`)
  await runShell(command)
}

/** Runs a command with the user's shell, at the same terminal, to its end. */
export async function runShell(command: string): Promise<void> {
  const shell = process.env['SHELL'] || '/bin/sh'
  // Descriptor 3 becomes its stdin: see the call of stty(1) in terminal/modes.ts.
  const child = process.platform === 'win32' ? spawn(command, { shell: true, stdio: 'inherit' })
    : spawn('/bin/sh', ['-c', 'exec "$0" -c "$1" <&3 3<&-', shell, command], { stdio: ['ignore', 'inherit', 'inherit', 0] })
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
}
