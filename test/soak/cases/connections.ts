import { connect, Instance } from 'libssh2-wasm'
import type { Done, Soaking } from '../job.ts'

/** One after the other: connect, a command, its answer, close. Every second one lives in an instance that all of these share. */
export async function connections({ job, options, sampler, over }: Soaking): Promise<Done> {
  const shared = await Instance.create()
  let own = 0
  sampler.watch(() => shared.heap.size + own)
  const atFirst = shared.heapUsed()
  let [begun, made] = [0, 0]
  const one = async (number: number) => {
    const client = await connect({ ...options, ...number % 2 === 0 ? { instance: shared } : {} })
    const { stdout } = await client.run(`echo ${number}`)
    if (stdout !== `${number}\n`) throw new Error(`connection ${number} answered ${stdout}`)
    await client.close()
    if (number % 2 === 1) own = client.session.instance.heap.size
    made++
    sampler.tick()
  }
  await Promise.all(Array.from({ length: job.rows }, async () => {
    while (begun < job.amount && !over()) await one(begun++)
  }))
  return { connections: made, 'side by side': job.rows, 'bytes left in the shared instance': shared.heapUsed() - atFirst }
}
