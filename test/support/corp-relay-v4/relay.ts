/// A corp-relay-v4 relay: this project's second one, written from the protocol's public description, without src/ and packages/.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { ack, connectSuccess, data, LONGEST_ARRAY, read, reconnectSuccess, unknown } from './frames.ts'

export interface Relay extends AsyncDisposable {
  readonly url: string
  /** Sessions so far, and reconnections of them. */
  readonly sessions: number
  readonly resumed: number
  /** Ends the clients' connections as a lost network does. */
  cut(): void
  /** Knows none of its sessions any more. */
  forget(): void
}

interface Session {
  readonly target: Socket
  client: WebSocket | undefined
  received: bigint
  sent: bigint
  acked: bigint
  kept: Buffer
}

/** `longest`: of the arrays that it sends; the public description asks for at most 16 KiB, and there are relays that send more. */
export async function startRelay({ longest = LONGEST_ARRAY } = {}): Promise<Relay> {
  const http = createServer()
  const server = new WebSocketServer({ server: http, handleProtocols: (offered) => offered.has('ssh') ? 'ssh' : false })
  const sessions = new Map<string, Session>()
  let resumed = 0

  function serve(session: Session, client: WebSocket): void {
    session.client = client
    // What a later version may add.
    client.send(unknown(0x7777))
    let unacknowledged = 0
    client.on('message', (bytes: Buffer) => {
      const command = read(bytes)
      if (command.name === 'ACK') {
        if (command.ack < session.acked || command.ack > session.sent) return client.close(1002, 'an ACK of what was not sent')
        session.kept = session.kept.subarray(Number(command.ack - session.acked))
        session.acked = command.ack
      }
      if (command.name !== 'DATA') return
      session.target.write(command.data)
      session.received += BigInt(command.data.length)
      unacknowledged += command.data.length
      // "The ack command need not be sent immediately in case it wants to coalesce multiple acks into a single command."
      if (unacknowledged > 100_000) acknowledge()
      else setTimeout(acknowledge, 10)
    })
    const acknowledge = () => {
      if (unacknowledged === 0 || session.client !== client) return
      unacknowledged = 0
      client.send(ack(session.received))
    }
    client.on('error', () => {})
    client.on('close', (code) => {
      if (session.client !== client) return
      session.client = undefined
      if (code === 1000) session.target.destroy()
    })
  }

  function send(session: Session, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += longest) session.client?.send(data(bytes.subarray(at, at + longest)))
  }

  function connected(client: WebSocket, host: string, port: number): void {
    const target = connect({ host, port })
    target.on('error', () => client.close(1011, 'the server cannot be reached'))
    target.on('connect', () => {
      // "printable ASCII", and not only letters.
      const sid = `session/${sessions.size} &+=?#%~`
      const session: Session = { target, client, received: 0n, sent: 0n, acked: 0n, kept: Buffer.alloc(0) }
      sessions.set(sid, session)
      client.send(connectSuccess(sid))
      serve(session, client)
      target.on('data', (bytes: Buffer) => {
        session.kept = Buffer.concat([session.kept, bytes])
        session.sent += BigInt(bytes.length)
        send(session, bytes)
      })
      target.on('end', () => session.client?.close(1000))
    })
  }

  server.on('connection', (client, request) => {
    const url = new URL(request.url ?? '', 'ws://relay')
    const query = url.searchParams
    if (url.pathname === '/v4/connect') return connected(client, query.get('host') ?? '', Number(query.get('port')))
    const session = sessions.get(query.get('sid') ?? '')
    if (url.pathname !== '/v4/reconnect' || !session) return client.close(1008, 'no such session')
    const position = BigInt(query.get('ack') ?? '0')
    if (position < session.acked || position > session.sent) return client.close(1008, 'that position is gone')
    session.client?.terminate()
    session.kept = session.kept.subarray(Number(position - session.acked))
    session.acked = position
    resumed++
    client.send(reconnectSuccess(session.received))
    serve(session, client)
    send(session, session.kept)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const cut = () => { for (const client of server.clients) client.terminate() }
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, cut,
    forget: () => {
      for (const { target } of sessions.values()) target.destroy()
      sessions.clear()
    },
    get sessions() { return sessions.size }, get resumed() { return resumed },
    async [Symbol.asyncDispose]() {
      cut()
      for (const { target } of sessions.values()) target.destroy()
      server.close()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
