/// The program `libssh2-wasm-gateway`.
import { check } from './check.ts'
import { serve } from './serve.ts'
import { settingsHelp, UsageError } from './settings.ts'
import { ticket, TICKET_USAGE } from './ticket.ts'

const USAGE = `usage:
libssh2-wasm-gateway serve [--config FILE] [SETTING …]
libssh2-wasm-gateway check [--config FILE] [SETTING …] [--ticket-file FILE] [HOST:PORT …]
${TICKET_USAGE}

Settings, each also in the file of --config ("tokenFile": …) and in the environment (GATEWAY_TOKEN_FILE):
${settingsHelp()}

SIGHUP reads the settings and their files again, SIGTERM lets sessions end, a second one ends them.`

/** @returns the exit code: 2 for a user's mistake, 1 for an error of the system */
export async function main([verb, ...args]: readonly string[]): Promise<number> {
  if (verb === undefined || verb === '--help' || verb === '-h' || args.includes('--help')) {
    (verb === undefined ? process.stderr : process.stdout).write(`${USAGE}\n`)
    return verb === undefined ? 2 : 0
  }
  try {
    switch (verb) {
      case 'serve': return await serve(args)
      case 'ticket': return say(await ticket(args))
      case 'check': return say(await check(args))
      default: throw new UsageError(`${verb} is not a command: use serve, ticket or check`)
    }
  } catch (error) {
    // Invalid options are also a user's mistake, wherever they are detected.
    const { message, code } = error as NodeJS.ErrnoException
    process.stderr.write(`libssh2-wasm-gateway: ${message.split('\n')[0]}\n`)
    return code === undefined ? 2 : 1
  }
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
