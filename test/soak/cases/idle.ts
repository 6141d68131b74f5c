import { connect } from 'libssh2-wasm'
import { type Done, sleep, type Soaking } from '../job.ts'

/** A session that nobody uses, kept alive from both sides. */
export async function idle({ job, options, sampler }: Soaking): Promise<Done> {
  const client = await connect({ ...options, keepalive: { interval: 1000, countMax: 30 } })
  sampler.watch(() => client.session.instance.heap.size)
  const end = performance.now() + job.amount * 60_000
  while (performance.now() < end) {
    sampler.tick()
    await sleep(Math.min(100, end - performance.now()))
  }
  const { stdout } = await client.run('echo still here')
  if (stdout !== 'still here\n') throw new Error('the idle session answered something else')
  await client.close()
  return { 'minutes idle, then a command': job.amount }
}
