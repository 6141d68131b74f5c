/// `libssh2-wasm-gateway serve`: runs until a signal ends it. Prints one line of JSON for each session event on stdout; everything else on stderr.
import { startGateway } from '../node/start-gateway.ts'
import { logText } from '../log.ts'
import { gatewayOptions } from './configure.ts'
import { readSettings } from './settings.ts'

/** Resolves with the exit code when the gateway has ended. */
export async function serve(args: readonly string[]): Promise<number> {
  const read = () => readSettings(args, process.env).settings
  const settings = read()
  const gateway = await startGateway({ ...gatewayOptions(settings), log: (line) => process.stdout.write(`${logText(line)}\n`) })
  process.on('SIGHUP', () => {
    try {
      gateway.reload(gatewayOptions(read()))
      process.stderr.write('reloaded\n')
    } catch (error) {
      process.stderr.write(`not reloaded, the old settings stay: ${(error as Error).message}\n`)
    }
  })
  const ended = new Promise<number>((resolve) => {
    let stopping = false
    const stop = (milliseconds: number) => {
      // A second signal means that the user does not want to wait.
      const ending = stopping ? gateway.close() : gateway.drain(milliseconds)
      stopping = true
      void ending.then(() => resolve(0))
    }
    process.on('SIGTERM', () => stop((settings.drainSeconds ?? 600) * 1000))
    process.on('SIGINT', () => stop(0))
  })
  // After the handlers are set: a caller that reads that it listens may send signals.
  process.stderr.write(`listening on ${gateway.url}; targets: ${gateway.url}/tcp/HOST/PORT\n`)
  if (gateway.metricsUrl !== undefined) process.stderr.write(`metrics on ${gateway.metricsUrl}/metrics\n`)
  return ended
}
