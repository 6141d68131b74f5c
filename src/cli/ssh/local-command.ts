import { spawn } from 'node:child_process'
import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import { expandTokens, TOKEN_LETTERS } from '../../openssh/config/tokens.ts'

/** Runs LocalCommand with the user's shell after the login, if PermitLocalCommand allows it. */
export async function runLocalCommand({ localCommand, permitLocalCommand, tokens }: SshConfig): Promise<void> {
  if (!permitLocalCommand || localCommand === undefined || localCommand.toLowerCase() === 'none') return
  const command = expandTokens(localCommand, { ...tokens, T: 'NONE' }, `${TOKEN_LETTERS.most}T`)
  const child = process.platform === 'win32' ? spawn(command, { shell: true, stdio: 'inherit' }) : spawn(process.env['SHELL'] || '/bin/sh', ['-c', command], { stdio: 'inherit' })
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
}
