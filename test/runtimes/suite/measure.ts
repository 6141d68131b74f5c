import { Instance } from 'libssh2-wasm'
import { login, type Target } from './case.ts'
import { pause } from './check.ts'

/** Milliseconds, on the machine that runs the suite: to look at, not to assert. */
export interface Measurements {
  /** Making an instance when the module is compiled already: mean of 20. */
  readonly instantiate: number
  /** `connect()` from the first byte to the login, on loopback: the middle one of 5. */
  readonly connect: number
}

/** In Workers the clock stands still until something comes from outside; in browsers it is coarse. */
async function clock(): Promise<number> {
  await pause(1)
  return performance.now()
}

export async function measure(target: Target): Promise<Measurements> {
  await Instance.create()
  const idle = -await clock() + await clock()
  const start = await clock()
  for (let i = 0; i < 20; i++) await Instance.create()
  const instantiate = Math.max(0, await clock() - start - idle) / 20
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    const begin = performance.now()
    const client = await login(target)
    times.push(performance.now() - begin)
    await client.close()
  }
  return { instantiate, connect: times.sort((a, b) => a - b)[2]! }
}
