/// The Durable Object that copies: one for the Worker, so two runs never copy at the same time.
import { DurableObject } from 'cloudflare:workers'
import type { Env } from './settings.ts'
import { type Result, run } from './run.ts'
import { Uploads } from './uploads.ts'

export interface Status {
  readonly running: boolean
  /** What the last run did. */
  readonly last: Result | undefined
  readonly uploads: ReturnType<Uploads['list']>
}

export class Copier extends DurableObject<Env> {
  #uploads = new Uploads(this.ctx.storage.sql)
  #running: Promise<Result> | undefined

  /** Runs now, or waits for the run that is under way. */
  run(): Promise<Result> {
    return this.#running ??= this.#run().finally(() => { this.#running = undefined })
  }

  async #run(): Promise<Result> {
    const result = await run(this.env, this.#uploads)
    await this.ctx.storage.put('last', result)
    return result
  }

  async status(): Promise<Status> {
    return { running: this.#running !== undefined, last: await this.ctx.storage.get<Result>('last'), uploads: this.#uploads.list() }
  }
}
