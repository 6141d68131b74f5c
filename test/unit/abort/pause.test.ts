import { expect, test } from 'vitest'
import { pause } from '../../../src/abort/pause.ts'

test('a pause ends after its time, or at once with the reason of its signal', async () => {
  await pause(1, undefined)
  const controller = new AbortController()
  const long = pause(1e9, controller.signal)
  controller.abort(new Error('enough'))
  await expect(long).rejects.toThrow('enough')
  await expect(pause(1, controller.signal)).rejects.toThrow('enough')
})
