import { ChannelError } from '../../errors/ssh-error.ts'
import { reasonOf } from '../../errors/reason-of.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import type { Frames } from './frames.ts'
import { LARGEST_PACKET, Link, LinkChannel, WINDOW } from './link.ts'
import { CONNECT_FAILED, PROHIBITED, SSH, STDERR, UNKNOWN_TYPE } from './messages.ts'
import { ProxySession } from './proxy-session.ts'
import { ProxyStream } from './proxy-stream.ts'
import type { Shared } from './shared.ts'

/** The most channels of one program at a time. */
const MOST_CHANNELS = 100

interface Served {
  readonly out: LinkChannel
  readonly work: ProxySession | ProxyStream
  /** Requests are answered in their order. */
  queue: Promise<void>
}

/**
 * The master's side of the proxy mode (MUX_C_PROXY): the program at the other end speaks the connection protocol (RFC 4254), and its channels become
 * channels of the connection. Resolves when the program has gone; whatever it left open is closed.
 */
export async function serveProxy(shared: Shared, frames: Frames): Promise<void> {
  const link = new Link(frames)
  const channels = new Map<number, Served>()
  let next = 0, over = false
  const finished = (id: number) => {
    channels.get(id)?.work.close()
    channels.delete(id)
  }
  const open = async (body: WireReader) => {
    const type = body.text(), peer = body.uint32(), room = body.uint32(), largest = body.uint32()
    const out = new LinkChannel(link, peer, room, largest)
    const refuse = (reason: number, text: string) => link.send(SSH.openFailure, (message) => message.uint32(peer).uint32(reason).string(text).string(''))
    if (channels.size >= MOST_CHANNELS) return refuse(PROHIBITED, 'too many channels')
    if (type !== 'session' && type !== 'direct-tcpip' && type !== 'direct-streamlocal@openssh.com') return refuse(UNKNOWN_TYPE, 'a shared connection has no such channels')
    try {
      const work = type === 'session' ? await ProxySession.open(shared, out) : await ProxyStream.open(shared.client, type, body, out)
      // The program has gone meanwhile, and nobody else would close the channel.
      if (over) return work.close()
      const id = next++
      channels.set(id, { out, work, queue: Promise.resolve() })
      await link.send(SSH.openConfirmation, (message) => message.uint32(peer).uint32(id).uint32(WINDOW).uint32(LARGEST_PACKET))
    } catch (error) {
      await refuse(error instanceof ChannelError ? error.reason : CONNECT_FAILED, reasonOf(error))
    }
  }
  const request = (served: Served, body: WireReader) => {
    const type = body.text(), wantReply = body.boolean()
    served.queue = served.queue.then(async () => {
      const done = await served.work.request(type, body).catch(() => false)
      if (wantReply) served.out.send(done ? SSH.success : SSH.failure, () => {})
    })
  }
  try {
    for (let packet = await link.next(); packet; packet = await link.next()) {
      const { type, body } = packet
      if (type === SSH.channelOpen) {
        // A slow connection must not hold up the other channels. What is malformed ends the program's connection.
        open(body).catch(() => frames.socket.destroy())
      } else if (type === SSH.globalRequest) {
        body.text()
        if (body.boolean()) void link.send(SSH.requestFailure, () => {})
      } else {
        const id = body.uint32(), served = channels.get(id)
        if (!served) continue
        if (type === SSH.data) served.work.stdin.push(body.string())
        else if (type === SSH.extendedData && body.uint32() === STDERR) body.string()
        else if (type === SSH.windowAdjust) served.out.adjust(body.uint32())
        else if (type === SSH.eof) served.work.stdin.end()
        else if (type === SSH.request) request(served, body)
        else if (type === SSH.close) {
          served.out.close()
          finished(id)
        }
      }
    }
  } finally {
    over = true
    for (const [id, { out }] of channels) {
      out.end()
      finished(id)
    }
    frames.socket.destroy()
  }
}
