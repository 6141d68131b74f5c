import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { judge, problems } from './flat.ts'
import { CASES, type Result, type Sample } from './job.ts'

const samples = (values: readonly number[]): Sample[] => values.map((value, at) => ({ at: at * 10, resident: 0, webAssembly: 0, javaScript: 0, descriptors: value, handles: 0, serverSessions: 0 }))

test('a curve that rises is told from one that is flat', () => {
  expect(judge(samples(Array.from({ length: 40 }, (_, i) => 20 + i % 3)), 'descriptors').flat).toBe(true)
  expect(judge(samples(Array.from({ length: 40 }, (_, i) => 20 + i)), 'descriptors')).toEqual({ early: 35, late: 55, flat: false })
  const result: Result = { name: 'idle', amount: 1, seconds: 400, done: {}, samples: samples(Array.from({ length: 40 }, (_, i) => i)), left: { descriptors: 1, handles: 0 }, when: '', machine: '' }
  expect(problems(result)).toEqual([expect.stringContaining('descriptors rose'), expect.stringContaining('1 descriptors left')])
})

/** The long runs, small: `npm run soak` is the real thing. */
test('every case, compressed: all curves are flat, all hashes right, nothing left', async () => {
  const folder = temporaryDirectory('soak')
  try {
    const arguments_ = ['--connections', '40', '--at-once', '12', '--shared', '12', '--minutes', '0.04', '--gigabytes', '0.2', '--idle', '0.04', '--every', '50', '--results', folder.path]
    const child = spawn(process.execPath, ['--import', './scripts/run/typescript.mjs', 'test/soak/run.ts', ...arguments_], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 280_000 })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text })
    const status = await new Promise((resolve) => { child.once('close', resolve) })
    expect(status, errors).toBe(0)
    const results = CASES.map((name) => JSON.parse(readFileSync(folder.file(`${name}.json`), 'utf8')) as Result)
    expect(results.map(({ done }) => done)).toEqual([
      { connections: 40, 'side by side': 1, 'bytes left in the shared instance': 0 },
      ...Array.from({ length: 2 }, () => expect.objectContaining({ sessions: 12, 'alive at the end': 12 })),
      expect.objectContaining({ 'MB down, hash right': expect.any(Number), 'key exchanges': expect.any(Number) }),
      { 'minutes idle, then a command': 0.04 },
    ])
    // Two rounds of 100 MB at the least, at 64 MB for new keys.
    expect(results[3]!.done['key exchanges']).toBeGreaterThan(2)
    expect(readFileSync(folder.file('soak.svg'), 'utf8').match(/<polyline/g)).toHaveLength(30)
  } finally {
    folder.remove()
  }
}, 300_000)
