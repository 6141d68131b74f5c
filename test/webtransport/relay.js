// deno run --unstable-net relay.js CERTIFICATE KEY PORT : HTTP/3 on a free port, which it prints; each bidirectional stream goes to 127.0.0.1:PORT.
const [certificate, key, port] = Deno.args
const endpoint = new Deno.QuicEndpoint({ hostname: '127.0.0.1', port: 0 })
const listener = endpoint.listen({ cert: Deno.readTextFileSync(certificate), key: Deno.readTextFileSync(key), alpnProtocols: ['h3'] })
console.log(`port ${endpoint.addr.port}`)

/** A client that goes away in the middle is no news. */
const ignore = () => {}

async function serve(connection) {
  const session = await Deno.upgradeWebTransport(connection)
  await session.ready
  for await (const { readable, writable } of session.incomingBidirectionalStreams) {
    const socket = await Deno.connect({ hostname: '127.0.0.1', port: Number(port) })
    readable.pipeTo(socket.writable).catch(ignore)
    socket.readable.pipeTo(writable).catch(ignore)
  }
}

// accept() rejects when a client refuses our certificate.
for (;;) await listener.accept().then((connection) => { serve(connection).catch(ignore) }, ignore)
