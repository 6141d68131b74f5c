import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Client, connect, type ConnectOptions, type Process, pinned, publicKey } from '../../src/index.ts'
import type { SshServer } from '../support/ssh-server.ts'

/** Bytes of each half of a session's work. */
const HALF = 128 << 10
/** Connections being made at a time. */
const AT_ONCE = 5

/** A session in the middle of its work: half of the bytes have been to the server and back. */
export interface Member {
  readonly client: Client
  /** Does the other half. @returns whether the hash of what came back is the one of what was sent. */
  finish(): Promise<boolean>
}

export function loginAt(server: SshServer): ConnectOptions {
  const key = readFileSync(server.keys.ed25519.path, 'utf8')
  return { host: server.host, port: server.port, username: server.user, auth: [publicKey(key)], hostKey: pinned(server.hostKeys.map(({ fingerprint }) => fingerprint)) }
}

/** So many sessions, each in the middle of its work. Their instances are their own unless `options` say otherwise. */
export async function startCrowd(server: SshServer, count: number, options: Partial<ConnectOptions> = {}): Promise<Member[]> {
  const members: Member[] = []
  let left = count
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) members.push(await startMember(await connect({ ...loginAt(server), ...options })))
  }))
  return members
}

async function startMember(client: Client): Promise<Member> {
  const process: Process = await client.exec('cat')
  const [writer, reader] = [process.stdin.getWriter(), process.stdout.getReader()]
  const [sent, received] = [createHash('sha256'), createHash('sha256')]
  let count = 0
  const exchange = async (last: boolean): Promise<void> => {
    const data = randomBytes(HALF)
    sent.update(data)
    const reading = async () => {
      for (const end = count + HALF; last || count < end;) {
        const { done, value } = await reader.read()
        if (done) break
        received.update(value)
        count += value.length
      }
    }
    await Promise.all([reading(), writer.write(data).then(() => last ? writer.close() : undefined)])
  }
  await exchange(false)
  return {
    client,
    async finish() {
      await exchange(true)
      await client.close()
      return count === 2 * HALF && sent.digest('hex') === received.digest('hex')
    },
  }
}

/** How many have finished with the right hash. */
export async function finished(members: readonly Member[]): Promise<number> {
  const hashes = await Promise.all(members.map((member) => member.finish()))
  return hashes.filter(Boolean).length
}
