import { expect, test } from 'vitest'
import { InputSender } from '../../../packages/terminal/src/ui/input-sender.ts'

/** What a server gets, which takes each piece only when `take` is called. */
function slowServer() {
  const got: string[] = []
  const waiting: (() => void)[] = []
  const sender = new InputSender((data) => {
    got.push(new TextDecoder().decode(data))
    return new Promise((resolve, reject) => { waiting.push(got.length % 2 === 0 ? resolve : reject) })
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const take = async () => {
    await turn()
    while (waiting.length > 0) {
      waiting.shift()?.()
      await turn()
    }
  }
  return { got, sender, take, type: (text: string) => sender.send(new TextEncoder().encode(text), true), answer: (text: string) => sender.send(new TextEncoder().encode(text), false) }
}

test('input arrives in order, also behind a piece that is refused', async () => {
  const { got, type, take } = slowServer()
  for (const text of '0123456789') type(text)
  expect(got.join('')).toBe('0123')
  await take()
  expect(got.join('')).toBe('0123456789')
})

test('a paste whose text comes late has its place, before or after the others; the terminal’s answers do not wait', async () => {
  const { got, sender, type, answer, take } = slowServer()
  type('a')
  const first = sender.reserve()
  type('b')
  const second = sender.reserve()
  type('c')
  answer('!')
  sender.release(second, () => type('[2]'))
  type('d')
  await take()
  expect(got.join('')).toBe('a!')
  sender.release(first, () => type('[1]'))
  type('e')
  await take()
  expect(got.join('')).toBe('a![1]b[2]cde')
  sender.release(first, () => type('[late]'))
  await take()
  expect(got.join('')).toBe('a![1]b[2]cde[late]')
})

// The rest of a long paste must not become commands of the next shell.
test('what is left when the shell ends is not sent to the next one', async () => {
  const { got, sender, type, take } = slowServer()
  type('x'.repeat(10 * (32 << 10)))
  const place = sender.reserve()
  type('held')
  expect(got.length).toBe(4)
  sender.forget()
  await take()
  type('next')
  sender.release(place)
  await take()
  expect(got.slice(4)).toEqual(['next'])
})
