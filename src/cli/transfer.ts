import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { posix } from 'node:path'
import type { Client } from '../client/client.ts'
import type { SftpClient } from '../sftp/client/sftp-client.ts'
import type { Arguments } from './arguments.ts'
import { ProgressLine } from './progress-line.ts'

type Get = Extract<Arguments, { action: 'get' }>
type Put = Extract<Arguments, { action: 'put' }>

/** Copies a remote file, or with `-r` a directory, to here. */
export async function get(client: Client, { remote, local, recursive, quiet }: Get): Promise<number> {
  await using sftp = await client.sftp()
  const target = await isLocalDirectory(local) ? join(local, posix.basename(remote)) : local
  const line = new ProgressLine(remote, !quiet)
  if (recursive && (await sftp.stat(remote)).isDirectory()) {
    line.end(await sftp.downloadDirectory(remote, target, { onProgress: ({ transferred }) => line.show(transferred) }))
  } else {
    line.end(await sftp.download(remote, target, { onProgress: ({ transferred, total }) => line.show(transferred, total) }))
  }
  return 0
}

/** Copies local files, or with `-r` directories, to there. */
export async function put(client: Client, { local, remote, recursive, quiet }: Put): Promise<number> {
  await using sftp = await client.sftp()
  const intoDirectory = local.length > 1 || await isRemoteDirectory(sftp, remote)
  for (const source of local) {
    const target = intoDirectory ? posix.join(remote, basename(source)) : remote
    const line = new ProgressLine(source, !quiet)
    if (recursive && await isLocalDirectory(source)) {
      line.end(await sftp.uploadDirectory(source, target, { onProgress: ({ transferred }) => line.show(transferred) }))
    } else {
      line.end(await sftp.upload(source, target, { onProgress: ({ transferred, total }) => line.show(transferred, total) }))
    }
  }
  return 0
}

async function isLocalDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

async function isRemoteDirectory(sftp: SftpClient, path: string): Promise<boolean> {
  return await sftp.exists(path) && (await sftp.stat(path)).isDirectory()
}
