import { networkInterfaces } from 'node:os'
import type { Transport } from '../../runtime/transport.ts'
import { pause } from '../../abort/pause.ts'
import { reasonOf } from '../../errors/reason-of.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { dialTcp } from '../../transports/node/socket.ts'
import { FAMILIES } from '../config/canonicalize.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'

/** Opens a TCP connection as AddressFamily, BindAddress, BindInterface, TCPKeepAlive and ConnectionAttempts require. @throws the error of the last attempt */
export async function dial(config: SshConfig, person: Person, signal: AbortSignal | undefined): Promise<Transport> {
  const { hostName: host, port } = config
  const options = { host, port, signal, family: FAMILIES[config.addressFamily], localAddress: localAddress(config), keepAlive: config.tcpKeepAlive }
  for (let attempt = 1; ; attempt++) {
    try {
      person.tell(`Connecting to ${host} port ${port}.`, 'DEBUG')
      return await dialTcp(options)
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt >= config.connectionAttempts) throw error
      person.tell(`connect to host ${host} port ${port}: ${reasonOf(error)}; trying again in a second`, 'DEBUG')
      await pause(1000, signal)
    }
  }
}

/** The local address of the connection. */
function localAddress({ bindAddress, bindInterface, addressFamily }: SshConfig): string | undefined {
  if (bindAddress !== undefined) return bindAddress
  if (bindInterface === undefined) return undefined
  const addresses = networkInterfaces()[bindInterface] ?? []
  const found = addresses.find(({ family, address }) => (addressFamily === 'any' || (addressFamily === 'inet') === (family === 'IPv4')) && !address.startsWith('fe80:'))
  if (!found) throw new SSHError(`BindInterface: there is no interface ${JSON.stringify(bindInterface)} here with such an address`, { code: 'ERR_SSH_CONFIG' })
  return found.address
}
