import { makeZip } from 'client-zip'
import type { RemotePath } from '../session/messages.ts'
import type { SftpClient, SftpEntry } from 'libssh2-wasm'
import type { Job } from './queue.ts'

/** Writes a folder of the server into `target` as a ZIP, file by file as it is read. Links and devices are left out. */
export async function zipOf(sftp: SftpClient, path: RemotePath, name: string, target: WritableStream<Uint8Array>, { signal, onProgress }: Job): Promise<void> {
  let transferred = 0
  const counted = () => new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      transferred += chunk.length
      onProgress({ transferred, total: undefined })
      controller.enqueue(chunk)
    },
  })
  const top = typeof path === 'string' ? path : await sftp.realpath(path)
  async function* members() {
    yield { name: zipName(`${name}/`) }
    for await (const entry of sftp.walk(path, { signal })) {
      const member = { name: zipName(`${name}/${below(top, entry)}`), lastModified: new Date((entry.attributes.mtime ?? 0) * 1000), mode: (entry.attributes.permissions ?? 0o644) & 0o777 }
      if (entry.isDirectory()) yield { ...member, name: `${member.name}/` }
      else if (entry.isFile()) yield { ...member, input: contentOf(sftp, entry, counted(), signal) }
    }
  }
  await makeZip(members()).pipeTo(target, { signal })
}

function contentOf(sftp: SftpClient, { path }: SftpEntry, counted: TransformStream<Uint8Array, Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const pump = sftp.download(path, counted.writable, { signal })
  // The stream's reader sees the error.
  pump.catch((error: unknown) => counted.writable.abort(error).catch(() => {}))
  return counted.readable
}

/** Backslashes separate folders for programs that unpack on Windows, where they could lead out of the folder; invisible characters could show another name. */
export function zipName(name: string): string {
  return name.replace(/[\\\0-\x1f\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu, '_')
}

function below(top: string, { path, filename }: SftpEntry): string {
  return typeof path === 'string' ? path.slice(top.length).replace(/^\//, '') : filename
}
