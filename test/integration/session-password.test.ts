import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AuthenticationError } from '../../src/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import { execute, readAll, shakenSession, text } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection } from '../support/within.ts'

const login = { user: 'tester', password: 'pässwörd 👋' }

describe.runIf(requirePeer('sshd-login'))('userauthPassword', () => {
  let server: SshServer

  beforeAll(async () => { server = await startSshd({ login }) })
  afterAll(async () => { await server.stop() })

  test('lets in with the right password, sent as UTF-8', async () => {
    await using session = await shakenSession(server)
    expect(await session.complete(() => session.userauthPassword(login.user, login.password))).toBe(0)
    expect(text(await readAll(await execute(session, 'echo $USER')))).toBe('tester\n')
  })

  test('refuses a wrong one with an AuthenticationError that does not tell it, and the right one may follow', async () => {
    await using session = await shakenSession(server)
    const error = await rejection(session.complete(() => session.userauthPassword(login.user, 'hunter2')))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(String((error as Error).stack)).not.toContain('hunter2')
    expect(session.userauthMethodsLeft()?.methods).toContain('password')
    expect(await session.complete(() => session.userauthPassword(login.user, login.password))).toBe(0)
  })

  test('leaves no password in the heap', async () => {
    await using session = await shakenSession(server)
    await session.complete(() => session.userauthPassword(login.user, 'a-very-rare-password')).catch(() => {})
    const { heap } = session.instance
    const memory = Buffer.from(heap.copy(0 as never, heap.size))
    expect(memory.includes('a-very-rare-password')).toBe(false)
  })
})

describe.runIf(requirePeer('sshd-keyboard-interactive'))('userauthKeyboardInteractive', () => {
  const twoFactors = { ...login, password: 'first', secondFactor: '123456' }
  let server: SshServer

  beforeAll(async () => { server = await startSshd({ login: twoFactors }) })
  afterAll(async () => { await server.stop() })

  test('asks in as many rounds as the server has, and waits for people', async () => {
    await using session = await shakenSession(server)
    const rounds: string[] = []
    expect(await session.complete(() => session.userauthKeyboardInteractive(login.user, async ({ prompts }) => {
      await new Promise((resolve) => { setTimeout(resolve, 50) })
      rounds.push(...prompts.map(({ text: prompt, echo }) => `${prompt.trim()} ${echo ? 'shown' : 'hidden'}`))
      return prompts.map(() => rounds.length === 1 ? 'first' : '123456')
    }))).toBe(0)
    expect(rounds).toHaveLength(2)
    expect(rounds[0]).toMatch(/hidden$/)
    expect(rounds[1]).toMatch(/shown$/)
  })

  test('with too few answers is an error of the caller', async () => {
    await using session = await shakenSession(server)
    expect(await rejection(session.complete(() => session.userauthKeyboardInteractive(login.user, () => [])))).toBeInstanceOf(TypeError)
  })

  test('with one wrong answer for all is refused', async () => {
    await using session = await shakenSession(server)
    expect(await rejection(session.complete(() => session.userauthKeyboardInteractive(login.user, 'wrong')))).toBeInstanceOf(AuthenticationError)
  })
})
