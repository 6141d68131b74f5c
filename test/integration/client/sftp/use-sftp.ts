import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { SftpClient } from '../../../../src/sftp/client/sftp-client.ts'
import type { SshdOptions } from '../../../support/sshd.ts'
import { useSession, type Used } from '../../../support/use-session.ts'

export interface UsedSftp extends Used {
  readonly sftp: SftpClient
  /** A folder on the server, which is this machine. */
  readonly folder: string
  file(name: string): string
}

/** One sshd, one session and one SFTP client on it, for all tests of a file. */
export function useSftp(options: SshdOptions = {}): UsedSftp {
  const used = useSession(options)
  const folder = mkdtempSync(join(tmpdir(), 'libssh2-wasm-sftp-'))
  let sftp: SftpClient | undefined
  beforeAll(async () => { sftp = await SftpClient.open(used.session) })
  afterAll(async () => {
    await sftp?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    get server() { return used.server },
    get session() { return used.session },
    get sftp() { return sftp as SftpClient },
    folder,
    file: (name) => join(folder, name),
  }
}

/** Bytes that differ everywhere, made fast. */
export function pattern(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = seed >>> 0
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words[i] = state
  }
  return new Uint8Array(words.buffer, 0, length)
}
