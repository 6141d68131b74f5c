import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, connect } from 'libssh2-wasm'
import type { Done, Soaking } from '../job.ts'

const BLOCK = 32 << 20
/** Blocks of a round: half of a GB each way. */
const BLOCKS = 16
/** A write of a caller. */
const PIECE = 256 << 10

/** Counts key exchanges by their keys: nothing else draws 32 bytes at once. */
function countKeyExchanges(): () => number {
  const real = crypto.getRandomValues.bind(crypto)
  let count = 0
  crypto.getRandomValues = (array) => {
    if ((array as unknown as Uint8Array).byteLength === 32) count++
    return real(array as never)
  }
  return () => count
}

/** One session moves GBs both ways while the server asks for new keys every 64 MB; each round's hashes are compared. */
export async function gigabytes({ job, options, sampler, over }: Soaking): Promise<Done> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  try {
    const file = join(folder, 'block')
    const block = randomBytes(BLOCK)
    writeFileSync(file, block)
    const blocks = Math.max(1, Math.min(BLOCKS, Math.round(job.amount * 1e9 / 2 / BLOCK)))
    const hash = createHash('sha256')
    for (let i = 0; i < blocks; i++) hash.update(block)
    const expected = hash.digest('hex')
    const keys = countKeyExchanges()
    const client = await connect({ ...options, algorithms: { kex: ['curve25519-sha256'] } })
    sampler.watch(() => client.session.instance.heap.size)
    const round = { client, file, block, blocks, expected, tick: () => sampler.tick() }
    let [down, up] = [0, 0]
    while (down + up < job.amount * 1e9 && !over()) {
      down += await download(round)
      up += await upload(round)
    }
    await client.close()
    return { 'MB down, hash right': Math.round(down / 1e6), 'MB up, hash right': Math.round(up / 1e6), 'key exchanges': keys() }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Round {
  readonly client: Client
  readonly file: string
  readonly block: Buffer
  readonly blocks: number
  readonly expected: string
  readonly tick: () => void
}

async function download({ client, file, blocks, expected, tick }: Round): Promise<number> {
  const cat = await client.exec(`cat ${Array.from({ length: blocks }, () => file).join(' ')}`)
  const hash = createHash('sha256')
  let count = 0
  for await (const chunk of cat.stdout) {
    hash.update(chunk)
    count += chunk.length
    tick()
  }
  await cat.exit
  if (hash.digest('hex') !== expected) throw new Error(`a download of ${count} bytes has the wrong hash`)
  return count
}

async function upload({ client, block, blocks, expected, tick }: Round): Promise<number> {
  const sum = await client.exec('sha256sum')
  const writer = sum.stdin.getWriter()
  for (let i = 0; i < blocks; i++) {
    for (let at = 0; at < BLOCK; at += PIECE) {
      await writer.write(block.subarray(at, at + PIECE))
      tick()
    }
  }
  await writer.close()
  let answer = ''
  for await (const chunk of sum.stdout) answer += Buffer.from(chunk).toString()
  await sum.exit
  if (!answer.startsWith(expected)) throw new Error('an upload has the wrong hash')
  return blocks * BLOCK
}
