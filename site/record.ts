/// Records site/session.cast, which the first page plays: this library's own client, in a terminal of a real sshd. Run it again after a change of the script:
///   node --import ./scripts/run/typescript.mjs site/record.ts
/// The format is asciicast, version 2: https://docs.asciinema.org/manual/asciicast/v2/
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { connect, pinned, publicKey } from '../src/index.ts'
import { clientKeys } from '../test/support/ssh-server.ts'
import { startSshd } from '../test/support/sshd.ts'

const SIZE = { columns: 72, rows: 20 }
const PROMPT = '\\[\\e[1;32m\\]ada@db1\\[\\e[0m\\]:\\[\\e[1;34m\\]~\\[\\e[0m\\]$ '
/** What is typed, each after the prompt of the one before. */
const LINES = [
  'echo "this shell runs on $(uname -sr), and its terminal in your page"',
  'stty size',
  'for word in connect check-host-key log-in; do printf "%-16s" $word; sleep 0.2; printf "\\033[32mok\\033[0m\\n"; done',
  'seq 1 60 | column -c 70',
  'printf "\\033[48;5;%dm  " {16..46}; printf "\\033[0m\\n"',
  'exit',
]

const server = await startSshd({ hostKeyTypes: ['ed25519'] })
const { ed25519 } = await clientKeys()
const client = await connect({ host: server.host, port: server.port, username: server.user, hostKey: pinned(server.hostKeys.map(({ fingerprint }) => fingerprint)), auth: [publicKey(ed25519.privateKey)] })
const shell = await client.exec('exec env -i TERM=xterm-256color LANG=C.UTF-8 PATH="$PATH" bash --norc --noprofile', { pty: { term: 'xterm-256color', ...SIZE } })
const keys = shell.stdin.getWriter()
const events: [number, 'o', string][] = []
const decoder = new TextDecoder()
let start: number | undefined
let screen = ''

/** A person's speed, so that the recording is pleasant to watch. */
async function type(line: string): Promise<void> {
  for (const key of `${line}\n`) {
    await keys.write(key)
    await new Promise((resolve) => setTimeout(resolve, 18))
  }
}

const left = [...LINES]
await keys.write(` bind 'set enable-bracketed-paste off'; PS1='${PROMPT}'; clear\n`)
let typing = Promise.resolve()
for await (const chunk of shell.stdout) {
  const text = decoder.decode(chunk, { stream: true })
  screen += text
  // What sets the prompt up is not shown.
  if (start === undefined && !screen.includes('\x1b[1;32mada@db1')) continue
  const first = start === undefined
  start ??= performance.now()
  const shown = first ? screen.slice(screen.indexOf('\x1b[1;32mada@db1')) : text
  events.push([Number(((performance.now() - start) / 1000).toFixed(3)), 'o', shown])
  if (/\$ (\x1b\[\d*m)*$/.test(screen) && screen.endsWith('$ ')) {
    screen = ''
    const line = left.shift()
    if (line) typing = typing.then(() => new Promise((resolve) => setTimeout(resolve, 500))).then(() => type(line))
  }
}
await typing
await client.close()
await server.stop()
const header = { version: 2, width: SIZE.columns, height: SIZE.rows, title: 'A shell by libssh2-wasm' }
writeFileSync(fileURLToPath(new URL('session.cast', import.meta.url)), [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join(''))
console.log(`${events.length} pieces, ${events.at(-1)?.[0]} s`)
