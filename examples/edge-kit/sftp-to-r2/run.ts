/// One run: logs in, finds what is new, copies until everything is there or the budget is spent.
import { SftpError } from 'libssh2-wasm'
import { type Problem, problem } from '../problem.ts'
import { logIn } from '../server.ts'
import { copyFile, forget } from './copy-file.ts'
import { plan, type Skipped } from './plan.ts'
import { type Env, settingsOf } from './settings.ts'
import type { Uploads } from './uploads.ts'

export interface Result {
  /** When the run began, as `Date.toISOString`. */
  readonly began: string
  readonly seconds: number
  readonly copied: readonly string[]
  /** Read from the server. */
  readonly bytes: number
  /** Files that the bucket had already. */
  readonly unchanged: number
  readonly skipped: readonly Skipped[]
  /** Files that the server did not let this user read, or that changed meanwhile: the next run tries them again. */
  readonly failed: readonly Skipped[]
  /** Files that the next run goes on with. */
  readonly left: number
  /** Why the run ended early, if it did. */
  readonly error?: Omit<Problem, 'status'>
}

/** Never rejects: what went wrong is part of the result, and what is done stays done. */
export async function run(env: Env, uploads: Uploads): Promise<Result> {
  const began = Date.now()
  const copied: string[] = []
  const failed: Skipped[] = []
  let [bytes, unchanged, left] = [0, 0, 0]
  let skipped: readonly Skipped[] = []
  const result = (error?: unknown): Result => {
    const done = { began: new Date(began).toISOString(), seconds: (Date.now() - began) / 1000, copied, bytes, unchanged, skipped, failed, left }
    if (error === undefined) return done
    // The owner's log may have its text; the result has not.
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown error')
    const { status: _, ...told } = problem(error)
    return { ...done, error: told }
  }
  try {
    const settings = settingsOf(env)
    const signal = AbortSignal.timeout(settings.runSeconds * 1000)
    await using client = await logIn(env, { signal })
    await using sftp = await client.sftp()
    const wanted = await plan(sftp, env.BUCKET, settings, signal)
    unchanged = wanted.unchanged
    skipped = wanted.skipped
    const keys = new Set(wanted.files.map(({ key }) => key))
    for (const { key } of uploads.list()) if (!keys.has(key)) await forget(env.BUCKET, uploads, key)
    const budget = { signal, spend: (count: number) => (bytes += count) < settings.runBytes }
    // What has begun comes first.
    const files = [...wanted.files].sort((one, other) => Number(uploads.get(other.key) !== undefined) - Number(uploads.get(one.key) !== undefined))
    left = files.length
    for (const file of files) {
      if (bytes >= settings.runBytes) break
      try {
        const outcome = await copyFile({ sftp, bucket: env.BUCKET, uploads, partBytes: settings.partBytes }, file, budget)
        if (outcome === 'unfinished') break
        if (outcome === 'copied') copied.push(file.key)
        else failed.push({ path: file.key, reason: 'it changed while it was copied' })
      } catch (error) {
        if (!(error instanceof SftpError)) throw error
        failed.push({ path: file.key, reason: `the server does not read it for this user (${error.code})` })
      }
      left--
    }
    return result()
  } catch (error) {
    // The time of the run is over: no error.
    return error instanceof Error && error.name === 'TimeoutError' && left > 0 ? result() : result(error)
  }
}
