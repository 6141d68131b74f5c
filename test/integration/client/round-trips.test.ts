import { expect, test } from 'vitest'
import { Session } from '../../../src/bindings/index.ts'
import { connect, type ExecOptions, insecureAcceptAnyHostKey, knownHosts, publicKey, type Transport } from '../../../src/index.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { clientKeys } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { suiteServer } from '../../support/suite-server.ts'
import { tcpTransport, transportPair } from '../../support/transport.ts'
import { exited } from '../../support/exited.ts'

const server = suiteServer(() => startSshd())

/** Counts how often this side speaks after it has listened: each is a time that the network is waited for. */
function counted(inner: Transport): { readonly transport: Transport, flights(): readonly number[] } {
  const { readable, writable } = inner
  const flights: number[] = []
  let listened = true
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      listened = true
      controller.enqueue(chunk)
    },
  })
  const said = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if (listened) flights.push(0)
      listened = false
      flights[flights.length - 1]! += chunk.length
      controller.enqueue(chunk)
    },
  })
  void readable.pipeTo(heard.writable).catch(() => {})
  void said.readable.pipeTo(writable).catch(() => {})
  return { transport: { readable: heard.readable, writable: said.writable, close: async () => { await inner.close?.() } }, flights: () => [...flights] }
}

/**
 * Identification and KEXINIT (libssh2 holds it back until the server's identification is there, which servers send unasked, so mostly both leave together);
 * the key exchange's first message; NEWKEYS with the request for userauth; `none`, which asks for the methods; the key with its signature.
 */
const FLIGHTS = 6

test('a connection is made in no more flights than these', async () => {
  const { host, port, user, hostKeys } = server()
  const { transport, flights } = counted(await tcpTransport({ host, port }))
  const known = hostKeys.map(({ publicKey: key }) => `[${host}]:${port} ${key}\n`).join('')
  const client = await connect({ transport, host, port, username: user, hostKey: knownHosts(known), auth: [publicKey((await clientKeys()).ed25519.privateKey)] })
  const made = flights()
  await client.close()
  expect(made.length).toBeLessThanOrEqual(FLIGHTS)
  console.log(`flights until authenticated, in bytes: ${made.join(', ')}`)
})

test('the identification string does not wait for the server', async () => {
  const [near, far] = transportPair()
  const session = await Session.create(near)
  session.handshake()
  const { value } = await far.readable.getReader().read()
  expect(new TextDecoder().decode(value)).toMatch(/^SSH-2\.0-[!-,.-~]+\r\n$/)
  session.free()
})

test('what an OpenSSH server holds back until the last it said is acknowledged is not waited for', async () => {
  const { host, port, user } = server()
  const { transport, flights } = counted(await tcpTransport({ host, port }))
  const client = await connect({ transport, host, port, username: user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey((await clientKeys()).ed25519.privateKey)] })
  expect(client.serverIdentification).toMatch(/^SSH-2\.0-OpenSSH/)
  const before = flights().length
  const process = await client.exec('echo')
  await process.stdout.getReader().read()
  // The output may have come with the answer, and what acknowledges both leaves in the next turn.
  await new Promise((resolve) => { setImmediate(resolve) })
  // The channel, the command, and something that says nothing after the answer to it.
  expect(flights().length - before).toBeGreaterThanOrEqual(3)
  expect(await process.exit).toEqual(exited(0))
  await client.close()
})

test('channels are opened, and commands started, at once: nobody waits for the answer to another', async () => {
  const { host, port, user } = server()
  const { transport, flights } = counted(await tcpTransport({ host, port }))
  const client = await connect({ transport, host, port, username: user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey((await clientKeys()).ed25519.privateKey)] })
  const before = flights().length
  const numbers = Array.from({ length: 8 }, (_, i) => i)
  const done = await Promise.all(numbers.map(async (i) => (await client.run(`exit ${i}`)).exit))
  expect(done).toEqual(numbers.map(exited))
  // All opens leave before anything is heard of the first; each takes 36 bytes with any cipher.
  expect(flights()[before]).toBeGreaterThanOrEqual(8 * 36)
  await client.close()
})

test('an opening that nobody waits for any more disturbs no other one', async () => {
  const { host, port, user } = server()
  await using client = await connect({ host, port, username: user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey((await clientKeys()).ed25519.privateKey)] })
  const { instance } = client.session[CONTEXT]
  await client.run('true')
  const heap = instance.heapUsed()
  for (let round = 0; round < 5; round++) {
    const controller = new AbortController()
    const aborted = Array.from({ length: 4 }, () => client.exec('sleep 1', { signal: controller.signal }).then(() => 'opened', (reason: unknown) => reason))
    const refused = client.session.complete(() => client.session.openSessionEx('no-such-type')).then(() => 'opened', (error: { code?: string }) => error.code)
    const others = Array.from({ length: 3 }, (_, i) => client.run(`echo ${i}`))
    controller.abort('gone')
    expect(await Promise.all(aborted)).toEqual(Array.from({ length: 4 }, () => 'gone'))
    expect(await refused).toBe('ERR_LIBSSH2_CHANNEL_FAILURE')
    expect((await Promise.all(others)).map(({ stdout }) => stdout)).toEqual(['0\n', '1\n', '2\n'])
  }
  await expect.poll(() => instance.heapUsed()).toBeLessThanOrEqual(heap + 1000)
})

test('ten variables cost one flight, and none where a refusal does not matter; nothing is run without them', async () => {
  await using own = await startSshd({ config: ['AcceptEnv LC_*'] })
  const { transport, flights } = counted(await tcpTransport(own))
  await using client = await connect({ transport, host: own.host, port: own.port, username: own.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey((await clientKeys()).ed25519.privateKey)] })
  const env = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`LC_TEST_${i}`, `value ${i}`]))
  const values = Object.values(env).map((value) => `${value}\n`).join('')
  const command = Object.keys(env).map((name) => `echo "$${name}"`).join('; ')
  const starting = async (options: ExecOptions) => {
    const before = flights().length
    await using process = await client.exec(command, options)
    const started = flights().length - before
    return { started, output: await new Response(process.stdout as ReadableStream<Uint8Array<ArrayBuffer>>).text() }
  }
  const bare = await starting({})
  const asked = await starting({ env })
  const unasked = await starting({ env, ignoreRefusedEnv: true })
  expect([asked.output, unasked.output]).toEqual([values, values])
  // A variable a flight would be ten; one more or less is what else the server says meanwhile.
  expect(asked.started).toBeLessThanOrEqual(bare.started + 3)
  expect(unasked.started).toBeLessThanOrEqual(bare.started + 2)
  const file = `/tmp/libssh2-wasm-env-${process.pid}-${own.port}`
  await expect(client.exec(`touch ${file}`, { env: { LC_A: '1', ONE: '1', LC_B: '2', TWO: '2' } })).rejects.toMatchObject({ name: 'ChannelError', code: 'ERR_LIBSSH2_CHANNEL_REQUEST_DENIED', message: expect.stringContaining('ONE, TWO') as string })
  expect((await client.run(`ls ${file}`)).exit.code).not.toBe(0)
})
