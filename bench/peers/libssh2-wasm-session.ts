/** This library, as its users have it: the public client API. */
import type { Client, SftpClient } from 'libssh2-wasm'
import { CHUNK, zeros } from './chunk.ts'
import { deferred } from './deferred.ts'
import type { Connection } from '../types.ts'

type OnData = (chunk: Uint8Array) => void

async function consume(stream: ReadableStream<Uint8Array>, onData: OnData): Promise<void> {
  const reader = stream.getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    onData(value)
  }
}

export function connection(client: Client): Connection {
  const opened: SftpClient[] = []
  return {
    cipher: client.algorithms.cipher.fromServer,
    async exec(command, onData) {
      const process = await client.exec(command)
      await consume(process.stdout, onData)
      await process.exit
    },
    async feed(command, total, onData) {
      const process = await client.exec(command)
      const started = deferred()
      const output = consume(process.stdout, (chunk) => {
        onData(chunk)
        started.resolve()
      })
      await Promise.race([started.promise, output])
      const writer = process.stdin.getWriter()
      for (let sent = 0; sent < total; sent += CHUNK) await writer.write(zeros(total - sent))
      await writer.close()
      await output
      await process.exit
    },
    async terminal(command, onData) {
      const process = await client.exec(command, { pty: {} })
      consume(process.stdout, onData).catch(() => undefined)
      const writer = process.stdin.getWriter()
      return { write: (data) => void writer.write(data).catch(() => undefined) }
    },
    async sftp() {
      const sftp = await client.sftp()
      // The server counts the CPU of its program for SFTP only if it sees that end.
      opened.push(sftp)
      return {
        get: async (remote, local) => void await sftp.download(remote, local),
        put: async (local, remote) => void await sftp.upload(local, remote),
        getDirectory: async (remote, local) => void await sftp.downloadDirectory(remote, local),
        putDirectory: async (local, remote) => void await sftp.uploadDirectory(local, remote),
      }
    },
    async close() {
      await Promise.all(opened.map((sftp) => sftp.close()))
      await client.close()
    },
  }
}
