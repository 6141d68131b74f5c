/// Multipart uploads that are under way, in the Durable Object's own database: what is written here is still there after an interruption.
import type { R2UploadedPart, SqlStorage } from '@cloudflare/workers-types'

/** The content of a source file: with another size or time it is another one. */
export interface Version {
  /** Bytes. */
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
}

export interface Upload extends Version {
  readonly key: string
  /** R2's name of the upload. */
  readonly uploadId: string
  readonly partBytes: number
  /** The parts that R2 has, in their order. */
  readonly parts: readonly R2UploadedPart[]
}

type UploadRow = { key: string, uploadId: string, partBytes: number, size: number, mtime: number }

export class Uploads {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec('CREATE TABLE IF NOT EXISTS uploads (key TEXT PRIMARY KEY, uploadId TEXT, partBytes INTEGER, size INTEGER, mtime INTEGER)')
    sql.exec('CREATE TABLE IF NOT EXISTS parts (key TEXT, partNumber INTEGER, etag TEXT, PRIMARY KEY (key, partNumber))')
  }

  get(key: string): Upload | undefined {
    const [row] = this.#sql.exec<UploadRow>('SELECT key, uploadId, partBytes, size, mtime FROM uploads WHERE key = ?', key).toArray()
    if (row === undefined) return undefined
    return { ...row, parts: this.#sql.exec<{ partNumber: number, etag: string }>('SELECT partNumber, etag FROM parts WHERE key = ? ORDER BY partNumber', key).toArray() }
  }

  /** Their keys, and how far each has come. */
  list(): { readonly key: string, readonly size: number, readonly stored: number }[] {
    return this.#sql.exec<{ key: string, size: number, stored: number }>(
      'SELECT key, size, min(size, partBytes * (SELECT count(*) FROM parts WHERE parts.key = uploads.key)) AS stored FROM uploads ORDER BY key',
    ).toArray()
  }

  begin({ key, uploadId, partBytes, size, mtime }: Omit<Upload, 'parts'>): void {
    this.remove(key)
    this.#sql.exec('INSERT INTO uploads (key, uploadId, partBytes, size, mtime) VALUES (?, ?, ?, ?, ?)', key, uploadId, partBytes, size, mtime)
  }

  add(key: string, { partNumber, etag }: R2UploadedPart): void {
    this.#sql.exec('INSERT OR REPLACE INTO parts (key, partNumber, etag) VALUES (?, ?, ?)', key, partNumber, etag)
  }

  remove(key: string): void {
    this.#sql.exec('DELETE FROM parts WHERE key = ?', key)
    this.#sql.exec('DELETE FROM uploads WHERE key = ?', key)
  }
}
