/// The bindings of sftp-to-r2, and what they mean.
import type { R2Bucket } from '@cloudflare/workers-types'
import type { Server } from '../server.ts'
import type { Copier } from './copier.ts'

export interface Env extends Server {
  readonly BUCKET: R2Bucket
  /** One object: it copies, and remembers how far an upload has come. */
  readonly COPIER: { getByName(name: string): Pick<Copier, 'run' | 'status'> }
  /** A secret, for `GET /` and `POST /run`. */
  readonly API_TOKEN?: string
  /** The folder on the server: an absolute path, or one relative to the user's home. */
  readonly SFTP_FOLDER: string
  /** The beginning of the keys in the bucket, e.g. `backup/`. Default: none. */
  readonly R2_PREFIX?: string
  /** Bytes of one part of a multipart upload; R2 wants 5 MiB or more. Smaller files are stored in one piece. Default: 8 MiB. */
  readonly PART_BYTES?: string
  /** After so many bytes a run ends, and the next one goes on. Default: 1 GiB. */
  readonly RUN_BYTES?: string
  /** The same in seconds. Default: 600; the platform ends a cron trigger after 15 minutes. */
  readonly RUN_SECONDS?: string
}

export interface Settings {
  readonly folder: string
  readonly prefix: string
  readonly partBytes: number
  readonly runBytes: number
  readonly runSeconds: number
}

const MiB = 1 << 20
/** R2 wants parts of this size or more, but for the last. */
const SMALLEST_PART = 5 * MiB
/** An isolate has 128 MB for everything. */
const LARGEST_PART = 32 * MiB

/** @throws TypeError for a value that cannot be used */
export function settingsOf({ SFTP_FOLDER, R2_PREFIX = '', PART_BYTES, RUN_BYTES, RUN_SECONDS }: Env): Settings {
  if (typeof SFTP_FOLDER !== 'string' || SFTP_FOLDER === '') throw new TypeError('SFTP_FOLDER names the folder on the server')
  return {
    folder: SFTP_FOLDER.replace(/(?<=.)\/+$/, ''), prefix: R2_PREFIX,
    partBytes: whole('PART_BYTES', PART_BYTES ?? 8 * MiB, SMALLEST_PART, LARGEST_PART),
    runBytes: whole('RUN_BYTES', RUN_BYTES ?? 1024 * MiB, 1),
    runSeconds: whole('RUN_SECONDS', RUN_SECONDS ?? 600, 1),
  }
}

function whole(name: string, value: string | number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < least || number > most) throw new TypeError(`${name} must be a whole number from ${least} to ${most}`)
  return number
}
