/** No SSH at all: the round trip of one byte on the link itself. */
import { connect } from 'node:net'
import { deferred } from './deferred.ts'
import type { Library } from '../types.ts'

const no = (): never => { throw new Error('is no SSH client') }

export const library: Library = {
  async connect({ host, echoPort }) {
    const socket = connect({ host, port: echoPort, noDelay: true })
    const { promise, resolve, reject } = deferred()
    socket.once('connect', () => resolve()).once('error', reject)
    await promise
    return {
      exec: no,
      feed: no,
      async terminal(_, onData) {
        socket.on('data', onData)
        socket.write('r')
        return { write: (data) => void socket.write(data) }
      },
      close: async () => void socket.destroy(),
    }
  },
}
