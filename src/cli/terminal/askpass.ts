import { execFile } from 'node:child_process'

/** Whether SSH_ASKPASS should ask instead of the terminal (ssh(1), ENVIRONMENT). */
export function wantsAskpass(environment: Readonly<Record<string, string | undefined>>, hasConsole: boolean): boolean {
  const how = environment['SSH_ASKPASS_REQUIRE']
  if (!environment['SSH_ASKPASS'] || how === 'never') return false
  const display = Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])
  return how === 'force' || (how === 'prefer' && display) || (!hasConsole && display)
}

/** Runs the program in SSH_ASKPASS to ask; its first line is the answer. Undefined if it gives none. */
export function runAskpass(program: string, question: string, echo: boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...echo && { SSH_ASKPASS_PROMPT: 'confirm' } }
    execFile(program, [question], { encoding: 'utf8', env }, (error, stdout) => resolve(error ? undefined : stdout.replace(/\r?\n[\s\S]*$/, '')))
  })
}
