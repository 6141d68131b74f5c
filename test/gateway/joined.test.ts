import { expect, test } from 'vitest'
import { Joined } from '../../examples/gateway/joined.ts'

const nextTurn = () => new Promise((resolve) => { setImmediate(resolve) })

test('chunks of one turn are one message, in their order', async () => {
  const sent: string[] = []
  const joined = new Joined((message) => sent.push(message.toString()))
  joined.add(Buffer.from('one '))
  joined.add(Buffer.from('two '))
  await Promise.resolve()
  joined.add(Buffer.from('three'))
  expect([sent, joined.length]).toEqual([[], 13])
  await nextTurn()
  joined.add(Buffer.from('four'))
  await nextTurn()
  expect([sent, joined.length]).toEqual([['one two three', 'four'], 0])
})

test('256 kB go at once, and a single chunk is not copied', async () => {
  const sent: Buffer[] = []
  const joined = new Joined((message) => sent.push(message))
  const large = Buffer.alloc(300_000)
  joined.add(large)
  expect(sent[0]).toBe(large)
  for (let i = 0; i < 9; i++) joined.add(Buffer.alloc(64 << 10, i))
  expect(sent.map(({ length }) => length)).toEqual([300_000, 256 << 10, 256 << 10])
  await nextTurn()
  expect(sent.map(({ length }) => length)).toEqual([300_000, 256 << 10, 256 << 10, 64 << 10])
  expect(sent[1]?.[256 << 9]).toBe(2)
})

test('flush sends what waits, once', async () => {
  const sent: string[] = []
  const joined = new Joined((message) => sent.push(message.toString()))
  joined.flush()
  joined.add(Buffer.from('last'))
  joined.flush()
  joined.flush()
  await nextTurn()
  expect(sent).toEqual(['last'])
})
