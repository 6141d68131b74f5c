import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { message, SSH_MSG } from '../support/scripted-server.ts'
import { codeOf } from './attack.ts'
import { authenticating, later, request, success } from './authenticating.ts'

const SSH_MSG_USERAUTH_PASSWD_CHANGEREQ = 60

const failure = (methods: string, partial = false) => message(SSH_MSG.USERAUTH_FAILURE).string(methods).boolean(partial).finish()
const banner = (text: string) => message(SSH_MSG.USERAUTH_BANNER).string(text).string('').finish()

test('0320: strings of a request are limited before their lengths are added', async () => {
  const long = 'x'.repeat(9000)
  const codes = await authenticating(async () => {}, async (session) => [
    await codeOf(() => session.complete(() => session.userauthList(long))),
    await codeOf(() => session.complete(() => session.userauthPassword('user', long))),
    await codeOf(() => session.complete(() => session.userauthKeyboardInteractive(long, 'x'))),
  ])
  expect(new Set(codes)).toEqual(new Set(['ERR_LIBSSH2_OUT_OF_BOUNDARY']))
})

test('0321: a malformed method list is the end of its question', async () => {
  const seen = await authenticating(async (connection) => {
    await request(connection)
    connection.send(message(SSH_MSG.USERAUTH_FAILURE).uint32(1000).bytes(new Uint8Array(5)).finish())
    await request(connection)
    connection.send(failure('publickey,password'))
  }, async (session) => [
    await codeOf(() => session.complete(() => session.userauthList('user'))),
    await session.complete(() => session.userauthList('user')),
  ])
  expect(seen).toEqual(['ERR_LIBSSH2_OUT_OF_BOUNDARY', ['publickey', 'password']])
})

/** One round of prompts. */
const infoRequest = (...prompts: readonly string[]) => prompts.reduce((round, prompt) => round.string(prompt).boolean(false),
  message(SSH_MSG.USERAUTH_INFO_REQUEST).string('name').string('instruction').string('').uint32(prompts.length)).finish()

test('0323: a malformed second round of prompts ends the authentication', async () => {
  const code = await authenticating(async (connection) => {
    await request(connection)
    connection.send(infoRequest('Password: '))
    await connection.receive(SSH_MSG.USERAUTH_INFO_RESPONSE)
    connection.send(message(SSH_MSG.USERAUTH_INFO_REQUEST).string('name').string('').string('').uint32(3).finish())
  }, (session) => codeOf(() => session.complete(() => session.userauthKeyboardInteractive('user', 'secret'))))
  expect(code).toMatch(/^ERR_LIBSSH2_(ALLOC|BUFFER_TOO_SMALL|PROTO)$/)
})

test.each([101, 0xffffffff])('0323: %d prompts are too many', async (count) => {
  const code = await authenticating(async (connection) => {
    await request(connection)
    connection.send(message(SSH_MSG.USERAUTH_INFO_REQUEST).string('').string('').string('').uint32(count).finish())
  }, (session) => codeOf(() => session.complete(() => session.userauthKeyboardInteractive('user', 'secret'))))
  expect(code).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
})

test('0324: a malformed round of prompts says so', async () => {
  const code = await authenticating(async (connection) => {
    await request(connection)
    connection.send(message(SSH_MSG.USERAUTH_INFO_REQUEST).uint32(1000).bytes(new Uint8Array(5)).finish())
  }, (session) => codeOf(() => session.complete(() => session.userauthKeyboardInteractive('user', 'secret'))))
  expect(code).toBe('ERR_LIBSSH2_BUFFER_TOO_SMALL')
})

test('what a round of prompts owns is given back when the session ends before the answer', async () => {
  await authenticating(async (connection) => {
    await request(connection)
    connection.send(infoRequest('Password: ', 'Code: '))
  }, (session) => new Promise((asked) => {
    session.complete(() => session.userauthKeyboardInteractive('user', () => {
      asked(undefined)
      return new Promise<string[]>(() => {})
    })).catch(() => {})
  }))
})

test('prompts wait for their answers, in as many rounds as there are', async () => {
  const answers: string[] = []
  const rounds = await authenticating(async (connection) => {
    await request(connection)
    for (const round of [['Password: '], [], ['Code: ', 'PIN: ']]) {
      connection.send(infoRequest(...round))
      const fields = new WireReader((await connection.receive(SSH_MSG.USERAUTH_INFO_RESPONSE)).subarray(1))
      for (let left = fields.uint32(); left > 0; left--) answers.push(fields.text())
    }
    connection.send(success())
  }, async (session) => {
    const asked: string[][] = []
    await session.complete(() => session.userauthKeyboardInteractive('user', ({ prompts }) => {
      asked.push(prompts.map(({ text }) => text))
      return later(prompts.map((_, i) => `answer ${asked.length}.${i}`))
    }))
    return asked
  })
  expect(rounds).toEqual([['Password: '], [], ['Code: ', 'PIN: ']])
  expect(answers).toEqual(['answer 1.0', 'answer 3.0', 'answer 3.1'])
})

test('a person who gives no answers ends the method, not the session', async () => {
  const left = await authenticating(async (connection) => {
    await request(connection)
    connection.send(infoRequest('Password: '))
    await request(connection)
    connection.send(failure('publickey'))
  }, async (session) => {
    const refused = session.complete(() => session.userauthKeyboardInteractive('user', () => Promise.reject(new Error('not now'))))
    await expect(refused).rejects.toThrow('not now')
    return session.complete(() => session.userauthList('user'))
  })
  expect(left).toEqual(['publickey'])
})

test('a password is changed as often as the server asks for it', async () => {
  const sent: string[][] = []
  const prompts = await authenticating(async (connection) => {
    for (const prompt of ['expired', 'too short', '']) {
      const fields = await request(connection)
      sent.push(fields.boolean() ? [fields.text(), fields.text()] : [fields.text()])
      connection.send(prompt ? message(SSH_MSG_USERAUTH_PASSWD_CHANGEREQ).string(prompt).string('').finish() : success())
    }
  }, async (session) => {
    const asked: string[] = []
    await session.complete(() => session.userauthPassword('user', 'old', (prompt) => {
      asked.push(prompt)
      return later(`new ${asked.length}`)
    }))
    return asked
  })
  expect(prompts).toEqual(['expired', 'too short'])
  expect(sent).toEqual([['old'], ['old', 'new 1'], ['old', 'new 2']])
})

test('an expired password without anybody to ask is called so', async () => {
  const code = await authenticating(async (connection) => {
    await request(connection)
    connection.send(message(SSH_MSG_USERAUTH_PASSWD_CHANGEREQ).string('expired').string('').finish())
  }, (session) => codeOf(() => session.complete(() => session.userauthPassword('user', 'old'))))
  expect(code).toBe('ERR_LIBSSH2_PASSWORD_EXPIRED')
})

test('the methods that are left are those of the last refusal', async () => {
  const left = await authenticating(async (connection) => {
    await request(connection)
    connection.send(failure('keyboard-interactive', true))
  }, async (session) => {
    await codeOf(() => session.complete(() => session.userauthPassword('user', 'right')))
    return session.userauthMethodsLeft()
  })
  expect(left).toEqual({ methods: ['keyboard-interactive'], partialSuccess: true })
})

test('0705: banners come with every method, and more than one', async () => {
  const text = await authenticating(async (connection) => {
    await request(connection)
    connection.send(banner('first\n'))
    connection.send(banner('second\n'))
    connection.send(success())
  }, async (session) => {
    await session.complete(() => session.userauthPassword('user', 'right'))
    return session.userauthBanner()
  })
  expect(text).toBe('first\nsecond\n')
})

test('0705: banners have an end', async () => {
  const code = await authenticating(async (connection) => {
    await request(connection)
    for (let i = 0; i < 10; i++) connection.send(banner('x'.repeat(30_000)))
  }, (session) => codeOf(() => session.complete(() => session.userauthPassword('user', 'right'))))
  expect(code).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
})

test('0707: no limit of its own on how long an answer takes', async () => {
  const timeout = await authenticating(async () => {}, async (session) => {
    session.setReadTimeout(0)
    return session.getReadTimeout()
  })
  expect(timeout).toBe(0)
})

test('0909: new passwords are asked for ten times, not without end', async () => {
  let asked = 0
  const code = await authenticating(async (connection) => {
    for (;;) {
      await request(connection)
      connection.send(message(SSH_MSG_USERAUTH_PASSWD_CHANGEREQ).string('another').string('').finish())
    }
  }, (session) => codeOf(() => session.complete(() => session.userauthPassword('user', 'old', () => `new ${asked++}`))))
  expect([code, asked]).toEqual(['ERR_LIBSSH2_PROTO', 10])
})

test('0909: rounds of no prompts end', async () => {
  let rounds = 0
  const code = await authenticating(async (connection) => {
    await request(connection)
    for (;;) {
      connection.send(infoRequest())
      await connection.receive(SSH_MSG.USERAUTH_INFO_RESPONSE)
      rounds++
    }
  }, (session) => codeOf(() => session.complete(() => session.userauthKeyboardInteractive('user', 'secret'))))
  expect([code, rounds]).toEqual(['ERR_LIBSSH2_PROTO', 100])
})

test.each([
  ['name', message(SSH_MSG.USERAUTH_INFO_REQUEST).uint32(1000).bytes(new Uint8Array(20)).finish()],
  ['instruction', message(SSH_MSG.USERAUTH_INFO_REQUEST).string('name').uint32(1000).bytes(new Uint8Array(20)).finish()],
  ['language', message(SSH_MSG.USERAUTH_INFO_REQUEST).string('name').string('').uint32(1000).bytes(new Uint8Array(20)).finish()],
  ['prompt', message(SSH_MSG.USERAUTH_INFO_REQUEST).string('name').string('').string('').uint32(1).uint32(1000).bytes(new Uint8Array(20)).finish()],
])('0909: a round of prompts with a %s that is not there is malformed, not out of memory', async (_, round) => {
  const code = await authenticating(async (connection) => {
    await request(connection)
    connection.send(round)
  }, (session) => codeOf(() => session.complete(() => session.userauthKeyboardInteractive('user', 'secret'))))
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})
