import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { Channel } from '../../src/ssh2/channel/channel.ts'
import { Wanted } from '../../src/ssh2/forwarding/wanted.ts'

/** As much of a channel as is used. */
class Open extends EventEmitter {
  destroyed = false
  destroy() {
    this.destroyed = true
    this.emit('close')
  }
}
const runs = () => true
const opened = (wanted: Wanted): Open | undefined => {
  const place = wanted.take()
  if (!place) return undefined
  const channel = new Open()
  place.hold(channel as unknown as Channel)
  return channel
}

test('nothing is taken before a command wants it, and nothing after the last one', () => {
  const wanted = new Wanted()
  expect(opened(wanted)).toBeUndefined()
  const one = wanted.add(runs), two = wanted.add(runs), channel = opened(wanted)
  one.end()
  expect(channel).toMatchObject({ destroyed: false })
  expect(opened(wanted)).toBeDefined()
  two.end()
  expect(channel).toMatchObject({ destroyed: true })
  expect(opened(wanted)).toBeUndefined()
})

test('a command that has ended wants nothing, before that is told', () => {
  const wanted = new Wanted()
  let running = true
  wanted.add(() => running)
  expect(opened(wanted)).toBeDefined()
  running = false
  expect(opened(wanted)).toBeUndefined()
  wanted.add(runs)
  expect(opened(wanted)).toBeDefined()
})

test('once means one, beside another command too', () => {
  const wanted = new Wanted(), single = wanted.add(runs, true)
  expect(opened(wanted)).toBeDefined()
  expect(opened(wanted)).toBeUndefined()
  const other = wanted.add(runs)
  expect(opened(wanted)).toBeDefined()
  other.end()
  expect(opened(wanted)).toBeUndefined()
  single.end()
})

test('no more than a hundred at once: one that ends makes room', () => {
  const wanted = new Wanted()
  wanted.add(runs)
  const channels = Array.from({ length: 120 }, () => opened(wanted)).filter((channel) => channel !== undefined)
  expect(channels).toHaveLength(100)
  channels[0]!.destroy()
  expect(opened(wanted)).toBeDefined()
})

test('a place counts before its channel is there, and a channel that comes after the last command is closed', () => {
  const wanted = new Wanted(), command = wanted.add(runs)
  const places = Array.from({ length: 120 }, () => wanted.take()).filter((place) => place !== undefined)
  expect(places).toHaveLength(100)
  places[0]!.drop()
  expect(wanted.take()).toBeDefined()
  command.end()
  const late = new Open()
  places[1]!.hold(late as unknown as Channel)
  expect(late.destroyed).toBe(true)
})
