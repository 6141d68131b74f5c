import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Readable, Writable } from 'node:stream'
import { Session, type Transport } from '../../src/bindings/index.ts'
import { treeFile } from './foreign-tree.ts'

/** ssh-audit's verdict on one algorithm: `fail` and `warn` must be empty. */
interface Finding {
  readonly algorithm: string
  readonly notes: { readonly fail?: readonly string[]; readonly warn?: readonly string[]; readonly info?: readonly string[] }
}

export interface Audit {
  /** Of every kind: key exchange, host keys, ciphers, MACs. */
  readonly findings: readonly Finding[]
  /** Vulnerabilities that it knows for our identification string. */
  readonly cves: readonly unknown[]
}

export const sshAuditPackage = treeFile('ssh-audit', '/usr/lib/python3/dist-packages')
const script = fileURLToPath(new URL('./peers/ssh-audit.py', import.meta.url))

/** Lets ssh-audit examine the handshake of a session, in a separate network namespace. Root: requirePeer('ssh-audit'). */
export async function auditClient(prepare: (session: Session) => void = () => {}): Promise<Audit> {
  const child = spawn('unshare', ['--net', 'setpriv', '--pdeathsig', 'KILL', '/usr/bin/python3', '-W', 'ignore', script, sshAuditPackage])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stdin.on('error', () => {})
  const ended = new Promise((resolve) => child.once('close', resolve))
  const session = await Session.create({ readable: Readable.toWeb(child.stdout), writable: Writable.toWeb(child.stdin) } as Transport)
  try {
    prepare(session)
    // It hangs up when it has seen our SSH_MSG_KEXINIT.
    await session.complete(() => session.handshake()).catch(() => {})
    await ended
  } finally {
    session.free()
    child.kill('SIGKILL')
  }
  return parse(said)
}

function parse(said: string): Audit {
  const line = said.split('\n').find((text) => text.startsWith('{'))
  if (line === undefined) throw new Error(`ssh-audit gave no findings: ${said}`)
  const { kex, key, enc, mac, cves } = JSON.parse(line) as Record<'kex' | 'key' | 'enc' | 'mac', Finding[]> & { cves: unknown[] }
  return { findings: [...kex, ...key, ...enc, ...mac], cves }
}
