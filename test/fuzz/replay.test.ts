// What fuzzing (npm run fuzz) kept, once more: the corpus, and what once failed. No time is spent on new inputs here.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import { framed } from './framed.ts'
import { corpusFile, readCorpus, regressionFile } from './packed-corpus.ts'
import { failureOf, targets } from './targets.ts'

const inputsOf = (target: string) => [...readCorpus(corpusFile(target)), ...readCorpus(regressionFile(target))]

describe.each(targets)('parser $name', (target) => {
  test('reads or refuses each input', async () => {
    const inputs = inputsOf(target.name)
    expect(inputs.length).toBeGreaterThan(0)
    for (const input of inputs) expect(await failureOf(target, input), Buffer.from(input).toString('base64')).toBeUndefined()
  }, 120_000)
})

describe.each(['session', 'known-hosts'])('C, %s', (target) => {
  const program = fileURLToPath(new URL(`../../build/native/replay-${target}`, import.meta.url))
  const built = existsSync(program)
  if (!built) console.warn(`fuzzed C, ${target}: skipped, not built (make -C test/native)`)

  it.runIf(built)('no sanitizer objects to any input, and nothing waits for ever', () => {
    const inputs = inputsOf(`native-${target}`)
    const { stdout, stderr, status } = spawnSync(program, { input: framed(inputs), encoding: 'utf8', maxBuffer: 1 << 26 })
    expect(status, stderr.slice(-3000)).toBe(0)
    expect(stdout.trim()).toBe(String(inputs.length))
  }, 240_000)
})
