import { expect, test } from 'vitest'
import type { Session } from '../../../src/bindings/index.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { acknowledgeNext, acknowledgeUnlessSent } from '../../../src/client/acknowledge.ts'

/** A session that only counts what it is asked to send. */
function sessionOf(banner = 'SSH-2.0-OpenSSH_9.2p1') {
  const wire = { sentAt: 1 }
  let sent = 0
  const session = { [CONTEXT]: { wire }, failure: undefined, bannerGet: () => banner, sendIgnore: () => { sent += 1 } }
  return { session: session as unknown as Session, wire, sent: () => sent }
}

const turn = () => new Promise((resolve) => { setTimeout(resolve, 5) })

test('a message of its own acknowledges what has arrived, in the next turn', async () => {
  const { session, sent } = sessionOf()
  acknowledgeUnlessSent(session)
  await Promise.resolve()
  expect(sent()).toBe(0)
  await turn()
  expect(sent()).toBe(1)
})

test('what is sent in the same turn acknowledges it too: nothing is added', async () => {
  const { session, wire, sent } = sessionOf()
  acknowledgeUnlessSent(session)
  await Promise.resolve()
  wire.sentAt = 2
  await turn()
  expect(sent()).toBe(0)
})

test.each([
  ['has been freed', 'bannerGet'], ['has failed', 'sendIgnore'],
] as const)('a session that %s by then is no error that nobody can catch', async (_, call) => {
  const { session, sent } = sessionOf()
  const thrown: unknown[] = []
  const caught = (reason: unknown) => { thrown.push(reason) }
  process.on('uncaughtException', caught)
  try {
    Object.assign(session, { [call]: () => { throw new Error('gone') } })
    acknowledgeUnlessSent(session)
    await turn()
    expect([thrown, sent()]).toEqual([[], 0])
  } finally {
    process.off('uncaughtException', caught)
  }
})

test('only servers that hold packets back need it', async () => {
  const { session, sent } = sessionOf('SSH-2.0-dropbear_2022.83')
  acknowledgeUnlessSent(session)
  await turn()
  expect(sent()).toBe(0)
})

/** The same, with the loop that says when something has moved. */
function receiving() {
  const { session, wire, sent } = sessionOf()
  const waiters: (() => void)[] = []
  const received = Object.assign(wire, { arrived: 0, unanswered: false })
  Object.assign(session[CONTEXT], { driver: { wait: () => new Promise<void>((resolve) => { waiters.push(resolve) }) } })
  const moved = async (bytes: number) => {
    received.arrived += bytes
    received.unanswered = true
    for (const waiter of waiters.splice(0)) waiter()
    await turn()
  }
  return { session, sent, moved, waiting: () => waiters.length, received }
}

test('one message acknowledges the next data of all commands that have begun by then', async () => {
  const { session, sent, moved, waiting } = receiving()
  for (let at = 0; at < 3; at++) void acknowledgeNext(session)
  await moved(0)
  expect([sent(), waiting()]).toEqual([0, 1])
  await moved(10)
  expect([sent(), waiting()]).toEqual([1, 0])
  await moved(10)
  expect(sent()).toBe(1)
})

test('what has arrived before a command began does not count for it', async () => {
  const { session, sent, moved } = receiving()
  void acknowledgeNext(session)
  const arrived = moved(10)
  void acknowledgeNext(session)
  await arrived
  expect(sent()).toBe(0)
  await moved(10)
  expect(sent()).toBe(1)
})

test('the next command waits anew', async () => {
  const { session, sent, moved } = receiving()
  for (let command = 1; command <= 3; command++) {
    void acknowledgeNext(session)
    await moved(10)
    expect(sent()).toBe(command)
  }
})

test('what is sent at once acknowledges it too: nothing is added', async () => {
  const { session, sent, moved, received } = receiving()
  void acknowledgeNext(session)
  const arrived = moved(10)
  received.unanswered = false
  await arrived
  expect(sent()).toBe(0)
})
