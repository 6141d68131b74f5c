import { describe, expect, it } from 'vitest'
import { AuthenticationError, type PromptRound, type Session } from '../../src/bindings/index.ts'
import { startAsyncssh } from '../support/asyncssh.ts'
import { startDropbear } from '../support/dropbear.ts'
import { startParamiko } from '../support/paramiko.ts'
import { requirePeer, type PeerName } from '../support/require-peer.ts'
import { execute, readAll, shakenSession, text } from '../support/session.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

const login = { user: 'tester', password: 'correct horse' }

/** Logs in as `call` says and shows by a command that it worked. */
async function loginAndRun(server: SshServer, call: (session: Session) => number): Promise<string> {
  await using session = await shakenSession(server)
  await session.complete(() => call(session))
  return text(await readAll(await execute(session, 'echo here')))
}

describe('password', () => {
  const servers: [string, PeerName[], () => Promise<SshServer>][] = [
    ['OpenSSH', ['sshd-login'], () => startSshd({ login })],
    ['OpenSSH 10.0', ['sshd-login', 'sshd-trixie'], () => startSshd({ login, release: 'trixie' })],
    ['Dropbear', ['dropbear', 'sshd-login'], () => startDropbear({ login })],
    ['AsyncSSH', ['asyncssh'], () => startAsyncssh({ login })],
    ['Paramiko', ['paramiko'], () => startParamiko(login)],
    ['npm ssh2', [], () => startSsh2Server(login)],
  ]
  for (const [name, peers, start] of servers) {
    it.runIf(peers.map(requirePeer).every(Boolean))(`${name} takes the right one, and then only`, async () => {
      await using server = await start()
      expect(await loginAndRun(server, (session) => session.userauthPassword(server.user, login.password))).toBe('here\n')
      const wrong = loginAndRun(server, (session) => session.userauthPassword(server.user, 'wrong password'))
      await expect(wrong).rejects.toBeInstanceOf(AuthenticationError)
      await expect(wrong).rejects.not.toThrow(/wrong password/)
    })
  }

  it.runIf(requirePeer('asyncssh'))('an expired one is changed at the server\'s wish', async () => {
    await using server = await startAsyncssh({ login: { password: login.password, newPassword: 'new horse' } })
    const asked: string[] = []
    const change = (session: Session) =>
      session.userauthPassword(server.user, login.password, async (prompt) => {
        asked.push(prompt)
        await new Promise((resolve) => setTimeout(resolve, 100))
        return 'new horse'
      })
    expect(await loginAndRun(server, change)).toBe('here\n')
    expect(asked).toEqual(['Your password has expired'])
    await expect(loginAndRun(server, (session) => session.userauthPassword(server.user, login.password))).rejects.toMatchObject({ code: 'ERR_LIBSSH2_PASSWORD_EXPIRED' })
  })

  it.runIf(requirePeer('asyncssh')).each([['half of a surrogate pair', 'new \ud800 horse'], ['a NUL', 'new\0horse'], ['a number', 5 as unknown as string], ['nothing', undefined as unknown as string]])('a new password that is no text is a TypeError: %s', async (_, wrong) => {
    await using server = await startAsyncssh({ login: { password: login.password, newPassword: 'new horse' } })
    const error = await loginAndRun(server, (session) => session.userauthPassword(server.user, login.password, () => wrong)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(/^the new password must/)
  })
})

describe('keyboard-interactive', () => {
  /** Answers late, as people do, and keeps what was asked. */
  function person(answers: readonly string[], delayMs = 50): { rounds: PromptRound[]; respond: (round: PromptRound) => Promise<string[]> } {
    const left = [...answers]
    const rounds: PromptRound[] = []
    const respond = async (round: PromptRound) => {
      rounds.push(round)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      return round.prompts.map(() => left.shift() ?? '')
    }
    return { rounds, respond }
  }

  it.runIf(requirePeer('sshd-keyboard-interactive'))('OpenSSH with a second factor asks in two rounds', async () => {
    await using server = await startSshd({ login: { ...login, secondFactor: '123456' } })
    const { rounds, respond } = person([login.password, '123456'])
    expect(await loginAndRun(server, (session) => session.userauthKeyboardInteractive(server.user, respond))).toBe('here\n')
    // PAM asks for nothing in a last round.
    expect(rounds.map(({ prompts }) => prompts)).toEqual([[{ text: 'Password: ', echo: false }], [{ text: 'Password: ', echo: true }], []])
    const wrong = person([login.password, '000000'])
    await expect(loginAndRun(server, (session) => session.userauthKeyboardInteractive(server.user, wrong.respond))).rejects.toBeInstanceOf(AuthenticationError)
  })

  // libssh2's own limit for an answer is 60 seconds: `npm run test:interop` waits longer than that in the one round that takes its time.
  const slow = process.env.INTEROP === 'full' ? 90_000 : 2000
  it.runIf(requirePeer('sshd-keyboard-interactive'))(`an answer may take ${slow / 1000} s`, async () => {
    await using server = await startSshd({ login: { ...login, secondFactor: '123456' }, config: ['LoginGraceTime 300'] })
    const quick = person([login.password])
    const hesitant = person(['123456'], slow)
    const respond = (round: PromptRound) => (quick.rounds.length === 0 ? quick : round.prompts.length > 0 ? hesitant : person([])).respond(round)
    expect(await loginAndRun(server, (session) => session.userauthKeyboardInteractive(server.user, respond))).toBe('here\n')
    expect(hesitant.rounds.length).toBe(1)
  }, slow + 60_000)

  it.runIf(requirePeer('asyncssh'))('AsyncSSH asks with names, instructions and several prompts', async () => {
    const first = { name: 'First', instructions: 'Two answers, Ünïcode', prompts: [['Name: ', true], ['Wörd: ', false]], answers: ['me', 'gehëim'] } as const
    const second = { prompts: [['Code: ', true]], answers: ['123456'] } as const
    await using server = await startAsyncssh({ login: { rounds: [first, second] } })
    const { rounds, respond } = person(['me', 'gehëim', '123456'])
    expect(await loginAndRun(server, (session) => session.userauthKeyboardInteractive(server.user, respond))).toBe('here\n')
    expect(rounds).toEqual([
      { name: 'First', instruction: 'Two answers, Ünïcode', prompts: [{ text: 'Name: ', echo: true }, { text: 'Wörd: ', echo: false }] },
      { name: '', instruction: '', prompts: [{ text: 'Code: ', echo: true }] },
    ])
  })
})
