import { once } from 'node:events'
import type { Client, ClientChannel, Connection, ServerChannel } from 'ssh2'
import { same } from './same.ts'
import { startOwnServer } from './own-server.ts'
import { writeTable } from './table.ts'
import { connected, ended, event, exec, shown, type Ssh2 } from './transcript.ts'

// What a channel does when one side is slower than the other, and in which order its two outputs end.
writeTable('walked: flow')

const MB = 1 << 20

/** A server whose commands and forwarded connections a test answers. */
const serving = (begin: (channel: ServerChannel, connection: Connection) => void) => startOwnServer((connection) => {
  ;(connection as unknown as { setNoDelay(): void }).setNoDelay()
  connection.on('session', (accept) => accept().on('exec', (yes) => begin(yes(), connection)))
  connection.on('tcpip', (accept) => begin(accept(), connection))
})
/** A command of such a server. */
async function running(ssh2: Ssh2, begin: (channel: ServerChannel, connection: Connection) => void, program: (channel: ClientChannel, client: Client) => Promise<unknown>, options: object = {}): Promise<void> {
  const server = await serving((channel, connection) => begin(channel.on('error', () => {}), connection))
  const client = await connected(ssh2, server.to)
  await program(await exec(client, 'x', options), client)
  if (!(client as unknown as { _sock: { destroyed: boolean } })._sock.destroyed) await ended(client)
  await server.stop()
}
const over = (channel: ServerChannel) => { channel.exit(0); channel.end() }

same('writes: full above 2 MiB, drained when the server reads', async (ssh2, transcript) => {
  let read!: () => void
  await running(ssh2, (channel) => {
    read = () => {
      let length = 0
      channel.on('data', (data: Buffer) => { length += data.length }).on('end', () => { channel.write(String(length)); over(channel) })
    }
  }, async (channel) => {
    transcript.note(channel.writableHighWaterMark, channel.readableHighWaterMark, channel.write(Buffer.alloc(MB)), channel.write(Buffer.alloc(4 * MB)), channel.writableNeedDrain)
    const drained = event(channel, 'drain')
    read()
    await drained
    transcript.note(channel.writableNeedDrain, channel.writableLength, channel.write('more'))
    let text = ''
    channel.on('data', (data: Buffer) => { text += String(data) })
    channel.end('last')
    await event(channel, 'close')
    transcript.note(text)
  })
})

same('writes: callbacks in order, and values of each kind', (ssh2, transcript) => running(ssh2, (channel) => {
  let bytes = ''
  channel.on('data', (data: Buffer) => { if (bytes.length < 100) bytes += data.toString('hex') }).on('end', () => { channel.write(bytes.slice(0, 14)); over(channel) })
}, async (channel) => {
  let text = ''
  channel.on('data', (data: Buffer) => { text += String(data) })
  const order: string[] = []
  channel.write('a', () => order.push('a'))
  channel.write('ÿ', 'latin1', () => order.push('latin1'))
  channel.write(new Uint8Array(3), () => order.push('bytes'))
  channel.write('', () => order.push('empty'))
  channel.write(Buffer.alloc(3 * MB), () => order.push('large'))
  for (const value of [5, null, {}, undefined, true]) {
    try {
      transcript.note(channel.write(value as never))
    } catch (error) {
      transcript.note((error as NodeJS.ErrnoException).code)
    }
  }
  channel.end('z', () => order.push('end'))
  await event(channel, 'close')
  transcript.note(text, order)
}))

same('pause() holds what has come, resume() gives it', (ssh2, transcript) => running(ssh2, (channel) => {
  let left = 40
  const next = () => { if (left-- > 0) channel.write(Buffer.alloc(100_000), next as never); else over(channel) }
  next()
}, async (channel) => {
  let [length, early] = [0, 0]
  channel.on('data', (data: Buffer) => {
    length += data.length
    if (channel.isPaused()) early++
    if (length - data.length <= MB && length > MB) {
      channel.pause()
      setImmediate(() => setImmediate(() => channel.resume()))
    }
  })
  await event(channel, 'close')
  transcript.note(length, early)
}))

same('a channel read by read(n), with an encoding, and by iteration', async (ssh2, transcript) => {
  const begin = (channel: ServerChannel) => { channel.write(Buffer.from([0x30, 0x31, 0xc3]), () => { setImmediate(() => { channel.write(Buffer.from([0xbc])); over(channel) }) }) }
  await running(ssh2, begin, async (channel) => {
    let text = ''
    channel.on('readable', () => { for (let data = channel.read(2) as Buffer | null; data !== null; data = channel.read(2) as Buffer | null) text += data.toString('hex') })
    await event(channel, 'close')
    transcript.note(text)
  })
  await running(ssh2, begin, async (channel) => {
    channel.setEncoding('utf8')
    let text = ''
    channel.on('data', (data: string) => { text += data })
    await event(channel, 'close')
    transcript.note(text)
  })
  await running(ssh2, begin, async (channel) => {
    let length = 0
    for await (const data of channel) length += (data as Buffer).length
    transcript.note(length, channel.readableEnded)
  })
})

for (const options of [{}, { allowHalfOpen: true }, { allowHalfOpen: false }, { allowHalfOpen: 0 }, { allowHalfOpen: null }]) {
  same(`${JSON.stringify(options)}: what the server says behind the end of the input`, (ssh2, transcript) => running(ssh2, (channel) => {
    channel.resume().on('end', () => { channel.write('late'); over(channel) })
  }, async (channel) => {
    let text = ''
    channel.on('data', (data: Buffer) => { text += String(data) })
    transcript.note(channel.allowHalfOpen)
    channel.end('in')
    transcript.note(await event(channel, 'close'), channel.allowHalfOpen ? text : '')
  }, options))
}

same('the output ends first, and the input goes on', (ssh2, transcript) => running(ssh2, (channel, connection) => {
  let text = ''
  channel.on('data', (data: Buffer) => { text += String(data); if (text === 'xyz') { channel.exit(0); channel.close() } })
  ;(connection as unknown as { _protocol: { channelEOF(id: number): void } })._protocol.channelEOF((channel as unknown as { outgoing: { id: number } }).outgoing.id)
}, async (channel) => {
  transcript.follow(channel, 'channel', ['end', 'close', 'error'])
  channel.resume()
  await event(channel, 'end')
  transcript.note(channel.writable, channel.readableEnded, channel.writableEnded, channel.destroyed)
  channel.write('xyz')
  await event(channel, 'close')
  transcript.note(channel.writable, channel.readable)
}))

for (const how of ['client.destroy()', 'client.end()', 'the server goes'] as const) {
  same(`the connection is lost: the order of both outputs: ${how}`, async (ssh2, transcript) => {
    let connection!: { _sock: { destroy(): void } }
    await running(ssh2, (channel, its) => { connection = its as never; channel.write('out'); channel.stderr.write('err') }, async (channel, client) => {
      for (const name of ['exit', 'end', 'close', 'error']) {
        channel.on(name, (...given: unknown[]) => transcript.note('channel', name, ...given.map(shown)))
        channel.stderr.on(name, () => transcript.note('stderr', name))
      }
      client.on('close', () => transcript.note('client close'))
      await Promise.all([once(channel, 'data'), once(channel.stderr, 'data')])
      const closed = event(channel.stderr, 'close')
      if (how === 'client.destroy()') client.destroy()
      else if (how === 'client.end()') client.end()
      else connection._sock.destroy()
      await closed
    })
  })
}

same('the connection is lost, and the outputs are read later', (ssh2, transcript) => running(ssh2, (channel) => { channel.stderr.write('err'); channel.write('out') }, async (channel, client) => {
  await once(channel, 'readable')
  for (const name of ['end', 'close']) {
    channel.on(name, () => transcript.note('channel', name))
    channel.stderr.on(name, () => transcript.note('stderr', name))
  }
  const gone = event(client, 'close')
  client.destroy()
  await gone
  transcript.note('closed')
  const closed = event(channel, 'close')
  channel.resume()
  await closed
  const last = event(channel.stderr, 'close')
  channel.stderr.resume()
  await last
}))

same('destroy(), with an error too, and close()', async (ssh2, transcript) => {
  for (const how of ['destroy', 'close', 'destroy with an error']) {
    await running(ssh2, (channel) => { channel.write('out') }, async (channel) => {
      transcript.follow(channel, how, ['end', 'close', 'error'])
      channel.resume()
      const closed = event(channel, 'close')
      if (how === 'close') channel.close()
      else (channel as unknown as { destroy(error?: Error): void }).destroy(how === 'destroy' ? undefined : new Error('mine'))
      await closed
    })
  }
})

same('forwardOut: an echo that is slower than its writer', async (ssh2, transcript) => {
  const server = await serving((channel) => { channel.on('data', (data: Buffer) => { channel.write(data) }).on('end', () => channel.end()) })
  const client = await connected(ssh2, server.to)
  const channel = await new Promise<ClientChannel>((resolve, reject) => { client.forwardOut('a', 1, 'b', 2, (error, opened) => error ? reject(error) : resolve(opened)) })
  let length = 0
  channel.on('data', (data: Buffer) => { length += data.length })
  const drained = event(channel, 'drain')
  transcript.note(channel.write(Buffer.alloc(5 * MB)))
  await drained
  const closed = event(channel, 'close')
  channel.end('x')
  transcript.note(await closed, length)
  await ended(client)
  await server.stop()
})

// What has been written goes ahead of the close, as far as the server's window has room: 2 MiB, unread here.
for (const how of ['close', 'destroy', 'end'] as const) {
  for (const [what, sizes, slow] of [['small', [1, 1, 1], false], ['large', [400_000, 400_000, 400_000, 400_000], false], ['more than the window', Array<number>(8).fill(400_000), true]] as const) {
    if (slow && how === 'end') continue
    same(`${how}() right behind writes: ${what}`, async (ssh2, transcript) => {
      let length = 0
      let closed!: () => void
      const over = new Promise<void>((resolve) => { closed = resolve })
      await running(ssh2, (channel) => {
        const read = () => channel.on('data', (data: Buffer) => { length += data.length }).on('end', () => { channel.exit(0); channel.end() }).on('close', () => closed())
        if (slow) setTimeout(read, 300)
        else read()
      }, async (channel) => {
        channel.resume()
        for (const size of sizes) channel.write(Buffer.alloc(size))
        channel[how]()
        await event(channel, 'close')
        await over
        transcript.note(length)
      })
    })
  }
}
