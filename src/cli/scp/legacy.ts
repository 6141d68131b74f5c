import { createWriteStream } from 'node:fs'
import { chmod, stat, utimes } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { reasonOf } from '../../errors/reason-of.ts'
import type { Client } from '../../client/client.ts'
import { ProgressMeter } from '../transfer/progress.ts'
import type { CopyOptions } from '../transfer/copy.ts'

/** `scp -O`: one file with the old protocol, for servers without SFTP. */
export async function scpDown(client: Client, remote: string, local: string, { recursive, preserve, progress, fail }: CopyOptions): Promise<void> {
  if (recursive) return fail(`${remote}: the old protocol (-O) copies only files, not directories`)
  try {
    const file = await client.scpReceive(remote)
    const meter = new ProgressMeter(basename(local), progress)
    let position = 0
    const count = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        position += chunk.length
        meter.show(position, file.stat.filesize)
        yield chunk
      }
    }
    await pipeline(file.readable as unknown as AsyncIterable<Uint8Array>, count, createWriteStream(local))
    meter.end(position)
    if (preserve) {
      await chmod(local, file.stat.permissions & 0o777)
      await utimes(local, file.stat.atime, file.stat.mtime)
    }
  } catch (error) {
    fail(`${remote}: ${reasonOf(error)}`)
  }
}

/** `scp -O`: one file with the old protocol, for servers without SFTP. */
export async function scpUp(client: Client, local: string, remote: string, { recursive, preserve, progress, fail }: CopyOptions): Promise<void> {
  if (recursive) return fail(`${local}: the old protocol (-O) copies only files, not directories`)
  try {
    const { mode, size, mtimeMs, atimeMs } = await stat(local)
    const meter = new ProgressMeter(basename(local), progress)
    await client.scpSend(remote, local, { mode: mode & 0o777, ...preserve && { mtime: Math.floor(mtimeMs / 1000), atime: Math.floor(atimeMs / 1000) } })
    meter.end(size)
  } catch (error) {
    fail(`${local}: ${reasonOf(error)}`)
  }
}
