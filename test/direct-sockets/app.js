// Runs in an Isolated Web App: sessions over Direct Sockets, and the streams of one connection for the contract of transports, which runs outside.
import { connect, insecureAcceptAnyHostKey, knownHosts, publicKey } from 'libssh2-wasm/inline'
import { connectTcp } from 'libssh2-wasm/direct-sockets'

const hex = async (data) => Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', data)), (byte) => byte.toString(16).padStart(2, '0')).join('')
const failure = ({ name, code, message }) => ({ name, ...code && { code }, message })

/** A command, data there and back, and SFTP. */
export async function run({ host, port, username, known, key, folder }) {
  const client = await connect({ transport: await connectTcp({ host, port }), host, port, username, hostKey: knownHosts(known), auth: [publicKey(key)] })
  const { stdout } = await client.run('echo without a gateway')
  const data = new Uint8Array(5 << 20).map((_, at) => at * 7 + (at >> 8))
  const { stdoutBytes } = await client.run('cat', { stdin: data })
  const sftp = await client.sftp()
  await sftp.writeFile(`${folder}/file`, data)
  const file = await sftp.readFile(`${folder}/file`)
  const hashes = await Promise.all([data, stdoutBytes, file].map(hex))
  const { exit } = await client.run('exit 7')
  await client.close()
  return `${stdout.trim()}, ${stdoutBytes.length} bytes, equal: ${new Set(hashes).size === 1}, exit code ${exit.code}`
}

/** What cannot be connected to, and what is given up. */
export async function refusals({ host, port, closed }) {
  const outcome = {}
  const tried = async (name, options) => { outcome[name] = await connectTcp(options).then(() => 'connected', failure) }
  await tried('closed port', { host, port: closed })
  await tried('no such name', { host: 'nobody.invalid' })
  await tried('aborted before', { host, port, signal: AbortSignal.abort(new Error('not now')) })
  const controller = new AbortController()
  const late = tried('aborted meanwhile', { host, port, signal: controller.signal })
  controller.abort(new Error('enough'))
  await late
  await tried('no host', { port })
  await tried('no port', { host, port: 70_000 })
  outcome['a transport that connect() gives up'] = await connect({ transport: await connectTcp({ host, port }), username: '', hostKey: insecureAcceptAnyHostKey() }).catch(failure)
  return outcome
}

const connections = []

/** @returns the number of a new connection */
export async function open(port) {
  const transport = await connectTcp({ host: '127.0.0.1', port })
  return connections.push({ reader: transport.readable.getReader(), writer: transport.writable.getWriter() }) - 1
}

/** The next bytes in base64; null at the end. */
export async function read(number) {
  const { value, done } = await connections[number].reader.read()
  if (done) return null
  let text = ''
  for (let at = 0; at < value.length; at += 32_768) text += String.fromCharCode(...value.subarray(at, at + 32_768))
  return btoa(text)
}

export const write = (number, data) => connections[number].writer.write(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)))
export const end = (number) => connections[number].writer.close()
export const abort = (number) => connections[number].writer.abort()
export const cancel = (number) => connections[number].reader.cancel()
