// Two programs that connect to one host for the first time, and are presented two keys.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { formatPublicKey, generateKeyPair } from '../../../../src/index.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import type { Attempt, Verdict, Way } from './judge.ts'

const ROOT = new URL('../../../../', import.meta.url)
const ROUNDS = 50
const home = temporaryDirectory('two-processes')
const children: ChildProcess[] = []
afterAll(async () => {
  await Promise.all(children.map(async (child) => {
    const over = once(child, 'exit')
    child.disconnect()
    await over
  }))
  home.remove()
})

/** A process that judges keys, ready. Its home and its file are those of the folder. */
async function startJudge(way: Way, folder: string): Promise<ChildProcess> {
  mkdirSync(`${folder}/.ssh`, { recursive: true })
  const child = fork(fileURLToPath(new URL('judge.ts', import.meta.url)), [way, `${folder}/.ssh/known_hosts`], {
    cwd: fileURLToPath(ROOT), env: { ...process.env, HOME: folder, NODE_OPTIONS: '' }, execArgv: ['--import', './scripts/run/typescript.mjs', '--no-warnings'], stdio: 'inherit',
  })
  children.push(child)
  expect(await once(child, 'message')).toEqual(['ready', undefined])
  return child
}

async function present(child: ChildProcess, attempt: Attempt): Promise<Verdict> {
  const answer = once(child, 'message')
  child.send(attempt)
  return (await answer)[0] as Verdict
}

describe.each<[Way, Way]>([['drop-in', 'drop-in'], ['library', 'library'], ['program', 'program'], ['drop-in', 'program'], ['library', 'drop-in']])('%s and %s', (one, other) => {
  test('of two first keys at once one is recorded and one refused', async () => {
    const folder = home.file(`${one}-${other}`)
    const judges = await Promise.all([startJudge(one, folder), startJudge(other, folder)])
    const outcomes: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round++) {
      const host = `h${round}.example`
      const keys = (await Promise.all([generateKeyPair('ed25519'), generateKeyPair('ed25519')])).map((key) => formatPublicKey(key).split(' ')[1]!)
      const at = Date.now() + 20
      const verdicts = await Promise.all(judges.map((judge, i) => present(judge, { host, key: keys[i]!, at })))
      const winner = verdicts.findIndex(({ accepted }) => accepted)
      const recorded = readFileSync(`${folder}/.ssh/known_hosts`, 'utf8').split('\n').filter((line) => line.startsWith(`${host} `))
      const right = recorded.length === 1 && recorded[0] === `${host} ssh-ed25519 ${keys[winner]}`
      const codes = verdicts.map((verdict) => verdict.accepted ? 'accepted' : String(verdict.code)).sort().join(' and ')
      const outcome = `${codes}; ${right ? 'the accepted key is recorded' : `${recorded.length} lines`}`
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
    expect(outcomes).toEqual({ 'ERR_HOST_KEY_CHANGED and accepted; the accepted key is recorded': ROUNDS })
  }, 240_000)
})
