import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { makeApp } from './app.ts'
import { writeReport } from './report.ts'
import { LIMIT, type Outcome, resultOf, runIn } from './run.ts'
import type { Runtime } from './runtime.ts'
import { runtimes } from './runtimes.ts'
import { type Servers, startServers } from './servers.ts'
import { cases } from './suite/run.ts'

const outcomes: Outcome[] = []

/** The reason, once, where one is missing. */
function available({ name, missing }: Runtime): boolean {
  const reason = missing()
  if (reason) console.warn(`skipped: the suite in ${name}: ${reason}`)
  return !reason
}

describe.runIf(requirePeer('sshd'))('the packed package', () => {
  const directory = temporaryDirectory('runtimes')
  let servers: Servers | undefined

  beforeAll(async () => {
    await makeApp(directory.path)
    servers = await startServers()
  }, 120_000)

  afterAll(async () => {
    await servers?.[Symbol.asyncDispose]()
    directory.remove()
    writeReport(outcomes, runtimes)
  })

  for (const runtime of runtimes) {
    describe.runIf(available(runtime))(`in ${runtime.name}`, () => {
      let outcome: Outcome

      beforeAll(async () => {
        outcome = await runIn(runtime, servers!, directory.path)
        outcomes.push(outcome)
      }, LIMIT + 60_000)

      for (const { name } of cases) {
        test(name, ({ skip }) => {
          const { status, reason } = resultOf(outcome, name)
          if (status === 'skipped') skip(reason)
          expect(status === 'passed' || reason, runtime.name).toBe(true)
        })
      }

      test('starts, measures and ends', () => {
        expect(outcome.problem).toBe(undefined)
      })
    })
  }
})
