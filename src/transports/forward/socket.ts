import type { Duplex } from 'node:stream'
import type { ChannelStream } from '../../client/channel-stream.ts'

/**
 * Joins a socket (created with `allowHalfOpen`) and a channel: an EOF of either side is passed on alone, a failure ends both, and data is read from
 * one side only as fast as the other accepts it. Rejects with the failure, when both are closed.
 */
export async function joinSocket(socket: Duplex, stream: ChannelStream): Promise<void> {
  const outgoing = toSocket(stream, socket)
  const incoming = toChannel(socket, stream)
  let failure: { reason: unknown } | undefined
  const end = (reason: unknown) => {
    failure ??= { reason }
    socket.destroy()
    void stream.close()
  }
  outgoing.catch(end)
  incoming.catch(end)
  // The server has closed: what it sent before is still delivered, but data for it has nowhere to go.
  const over = Promise.all([stream.closed(), outgoing]).then(() => { socket.destroy() }, ignore)
  await Promise.allSettled([outgoing, incoming])
  await Promise.all([stream.close(), over])
  socket.destroy()
  if (failure && !stream.channel.session.failure) throw failure.reason
}

async function toChannel(socket: Duplex, { writable }: ChannelStream): Promise<void> {
  const writer = writable.getWriter()
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) await writer.write(chunk as Uint8Array)
  await writer.close()
}

async function toSocket({ readable }: ChannelStream, socket: Duplex): Promise<void> {
  const reader = readable.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (!socket.write(value)) await drained(socket)
  }
  await new Promise<void>((resolve) => socket.end(resolve))
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      socket.off('drain', settle).off('close', settle)
      if (socket.destroyed) reject(socket.errored ?? new Error('the socket was closed'))
      else resolve()
    }
    socket.on('drain', settle).on('close', settle)
  })
}

/** It has already been reported. */
function ignore(): void {}
