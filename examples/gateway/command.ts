/// npm run gateway -- --allow HOST:PORT --token-file FILE : the gateway as a command. One line of JSON for each connection on stdout.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startGateway } from './node.ts'

const USAGE = `usage: npm run gateway -- --allow HOST:PORT [--allow …] --token-file FILE
  --allow RULE          HOST:PORT, *.DOMAIN:PORT, ADDRESS[/BITS]:PORT or [IPV6[/BITS]]:PORT; may be repeated
  --token-file FILE     what clients must show, at least 16 characters
  --origin ORIGIN       only pages of this origin may connect; may be repeated
  --host HOST           where to listen (127.0.0.1)
  --port PORT           (8022)
  --behind-proxy        take the client's address from X-Forwarded-For
  --connections N       at once (200), and --connections-per-client N (20)
  --idle-seconds N      without a byte (900)`

const { values } = parseArgs({
  options: {
    allow: { type: 'string', multiple: true, default: [] },
    'token-file': { type: 'string' },
    origin: { type: 'string', multiple: true },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8022' },
    'behind-proxy': { type: 'boolean', default: false },
    connections: { type: 'string' },
    'connections-per-client': { type: 'string' },
    'idle-seconds': { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const tokenFile = values['token-file']
if (values.help || tokenFile === undefined || values.allow.length === 0) {
  console.error(USAGE)
  process.exit(values.help ? 0 : 2)
}

const gateway = await startGateway({
  host: values.host,
  port: count('port', values.port) as number,
  token: readFileSync(tokenFile, 'utf8').trim(),
  allow: values.allow,
  origins: values.origin,
  behindProxy: values['behind-proxy'],
  limits: Object.fromEntries(Object.entries({
    connections: count('connections', values.connections),
    connectionsPerClient: count('connections-per-client', values['connections-per-client']),
    idleMs: values['idle-seconds'] === undefined ? undefined : (count('idle-seconds', values['idle-seconds']) as number) * 1000,
  }).filter(([, value]) => value !== undefined)),
  log: (line) => console.log(JSON.stringify(line)),
})
console.error(`listening on ${gateway.url}; targets: ${gateway.url}/tcp/HOST/PORT`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { void gateway.close().then(() => process.exit(0)) })

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text)
  console.error(`--${name} needs a number`)
  process.exit(2)
}
