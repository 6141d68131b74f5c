import { describe, expect, test } from 'vitest'
import { Channel } from '../../../src/bindings/index.ts'

/** Every name of ssh2-python's `Channel`: 34 methods, and the property `session`. */
const SEED = [
  'close', 'eof', 'execute', 'flush', 'flush_ex', 'flush_stderr', 'get_exit_signal', 'get_exit_status', 'handle_extended_data',
  'handle_extended_data2', 'ignore_extended_data', 'poll_channel_read', 'process_startup', 'pty', 'read', 'read_ex', 'read_stderr',
  'receive_window_adjust', 'receive_window_adjust2', 'send_eof', 'setenv', 'shell', 'subsystem', 'wait_closed', 'wait_eof', 'window_read',
  'window_read_ex', 'window_write', 'window_write_ex', 'write', 'write_ex', 'write_stderr', 'x11_req', 'x11_req_ex',
]

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

describe('Channel has every name of the seed', () => {
  test('which are 34 methods and one property', () => expect(new Set([...SEED, 'session']).size).toBe(35))

  test.each(SEED)('%s', (name) => {
    expect(Channel.prototype).toHaveProperty(camelCase(name))
    expect(Channel.prototype[camelCase(name) as keyof Channel]).toBeTypeOf('function')
  })

  test('session', () => {
    const session = {} as never
    const channel = new Channel(session, { handle: undefined, plain: () => 0 } as never, 1 as never)
    expect(channel.session).toBe(session)
  })
})
