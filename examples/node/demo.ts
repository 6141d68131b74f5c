/// npm run demo: commands and transfers through libssh2 in WebAssembly, against an SSH server that it starts itself.
/// npm run demo -- user@host[:port] command: the same against your own server.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { agent, type AuthMethod, type Client, connect, keyboardInteractive, knownHosts, password, publicKey, SSHError } from 'libssh2-wasm'
import { startServer } from './embedded-server.ts'
import { ask } from './ask.ts'
import { Progress } from './progress.ts'

const MEGABYTES = 8
const say = (text: string) => console.log(text)

async function main(): Promise<number> {
  const [target, ...command] = process.argv.slice(2)
  if (target !== undefined) return onServer(target, command.join(' ') || 'uname -a')

  await using server = await startServer(say)
  say(`started ${server.name} on 127.0.0.1:${server.port}\n`)
  await using client = await connect({
    host: '127.0.0.1', port: server.port, username: server.username,
    hostKey: knownHosts(server.knownHost),
    auth: [publicKey(server.privateKey)],
  })
  describe(client)
  await runCommands(client)
  await transferBothWays(client)
  await useSftp(client)
  return 0
}

function describe({ serverIdentification, algorithms: { kex, hostKey, cipher, mac } }: Client): void {
  say(`connected to ${serverIdentification}`)
  say(`  key exchange  ${kex}\n  host key      ${hostKey}\n  cipher        ${cipher.toServer}\n  MAC           ${mac.toServer ?? '(in the cipher)'}\n`)
}

async function runCommands(client: Client): Promise<void> {
  for (const command of ['uname -sr', 'echo "two words" | wc -w', 'echo to stderr >&2; exit 3', 'kill -TERM $$']) {
    const { stdout, stderr, exit } = await client.run(command)
    say(`$ ${command}`)
    for (const line of (stdout + stderr).trimEnd().split('\n')) if (line) say(`  ${line}`)
    say(`  -> ${JSON.stringify(exit)}`)
  }
  say('')
}

/** Uploads into a file, downloads it again, and compares the hashes of the sent data, the server's file, and the received data. */
async function transferBothWays(client: Client): Promise<void> {
  const path = `/tmp/libssh2-wasm-demo-${process.pid}`
  const total = MEGABYTES << 20
  const sent = createHash('sha256')
  const received = createHash('sha256')
  try {
    await using upload = await client.exec(`cat > ${path}`)
    const writer = upload.stdin.getWriter()
    const up = new Progress('upload  ', total)
    for (let at = 0; at < total; at += 1 << 18) {
      const chunk = crypto.getRandomValues(new Uint8Array(65536))
      for (let i = 0; i < 4; i++) {
        sent.update(chunk)
        await writer.write(chunk)
      }
      up.at(at + (1 << 18))
    }
    await writer.close()
    await upload.exit

    await using download = await client.exec(`cat ${path}`)
    const down = new Progress('download', total)
    let count = 0
    for await (const chunk of download.stdout) {
      received.update(chunk)
      down.at(count += chunk.length)
    }
    const remote = (await client.run(`sha256sum < ${path}`)).stdout.split(' ')[0]
    const [first, last] = [sent.digest('hex'), received.digest('hex')]
    say(`SHA-256 sent      ${first}\n        on server ${remote}\n        received  ${last}`)
    if (first !== last || first !== remote) throw new Error('the hashes differ')
    say('all three are the same')
  } finally {
    await client.run(`rm -f ${path}`)
  }
}

/** The same over SFTP, with a listing. The fallback server has no SFTP. */
async function useSftp(client: Client): Promise<void> {
  const folder = `/tmp/libssh2-wasm-demo-${process.pid}.d`
  const content = crypto.getRandomValues(new Uint8Array(60_000))
  const sftp = await client.sftp().catch((error: unknown) => {
    say(`no SFTP on this server: ${error instanceof Error ? error.message : String(error)}`)
  })
  if (!sftp) return
  try {
    await sftp.mkdir(folder)
    await sftp.writeFile(`${folder}/written by SFTP`, content)
    say('\nsftp> ls')
    for await (const { longentry } of sftp.readdir(folder)) say(`  ${longentry}`)
    const back = await sftp.readFile(`${folder}/written by SFTP`)
    if (Buffer.compare(back, content) !== 0) throw new Error('SFTP gave something else back')
    say('read back the same')
  } finally {
    await sftp.rm(folder, { recursive: true, force: true })
    await sftp.close()
  }
}

/** The user's own server: uses the agent's keys and those in ~/.ssh, known hosts from ~/.ssh/known_hosts, and a password if all else fails. */
async function onServer(target: string, command: string): Promise<number> {
  const [, username, host, port] = /^([^@]+)@(.+?)(?::(\d+))?$/.exec(target) ?? []
  if (!username || !host) throw new Error(`user@host[:port] is needed, not ${target}`)
  const file = (name: string) => {
    try {
      return readFileSync(join(homedir(), '.ssh', name), 'utf8')
    } catch {
      return undefined
    }
  }
  const keys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map(file).filter((text) => text !== undefined)
  const auth: AuthMethod[] = [
    ...process.env.SSH_AUTH_SOCK ? [agent()] : [],
    ...keys.map((text) => publicKey(text, text.includes('ENCRYPTED') ? { passphrase: '' } : {})),
    keyboardInteractive(async (prompts) => {
      const answers: string[] = []
      for (const { text, echo } of prompts) answers.push(await ask(text, echo))
      return answers
    }),
    password(() => ask(`${target}'s password: `, false)),
  ]
  await using client = await connect({ host, port: Number(port ?? 22), username, auth, hostKey: knownHosts(file('known_hosts') ?? ''), onBanner: say })
  describe(client)
  const { stdout, stderr, exit } = await client.run(command)
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  return exit.code ?? 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof SSHError ? `${error.name} ${error.code}: ${error.message}` : error)
  process.exitCode = 1
}
