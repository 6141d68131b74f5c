import { hostname } from 'node:os'
import type { Connection } from './connection.ts'

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** What ssh(1) tells of a connection since 10.3, with `-O conninfo` and `~I`; without the packets, which only libssh2 counts. */
export function aboutConnection({ client, config, socket, begun }: Pick<Connection, 'client' | 'config' | 'socket' | 'begun'>): string {
  const { kex, hostKey, cipher, mac, compression } = client.algorithms, { bytes, seconds } = config.rekeyLimit
  const compressed = [...compression.fromServer === 'none' ? [] : ['in'], ...compression.toServer === 'none' ? [] : ['out']]
  return [
    `Connection information for ${hostname()} pid ${process.pid}`,
    `  versions libssh2 -> ${client.serverIdentification.replace(/^SSH-[\d.]+-/, '')}`,
    ...socket?.remoteAddress === undefined ? [] : [`  tcp ${socket.localAddress}:${socket.localPort} -> ${socket.remoteAddress}:${socket.remotePort}`],
    `  duration ${duration(Date.now() - begun.getTime())}`,
    `  kexalgorithm ${kex}`,
    `  hostkeyalgorithm ${hostKey}`,
    `  cipher ${eachWay(cipher.fromServer, cipher.toServer)}`,
    `  mac ${eachWay(mac.fromServer ?? '<implicit>', mac.toServer ?? '<implicit>')}`,
    `  compression ${eachWay(compression.fromServer, compression.toServer)}`,
    `  rekey limit ${bytes === 0 ? 'none' : size(bytes)} interval ${seconds === 0 ? 'none' : duration(seconds * 1000)}`,
    ...socket ? [`  traffic ${size(socket.bytesRead)} in, ${size(socket.bytesWritten)} out`] : [],
    ...compressed.length > 0 ? [`    compressed ${compressed.join(', ')}`] : [],
  ].join('\n')
}

const eachWay = (fromServer: string, toServer: string) => fromServer === toServer ? fromServer : `${fromServer} in, ${toServer} out`

function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000), two = (number: number) => String(number).padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function size(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${unit === 0 ? bytes : (bytes / 2 ** (10 * unit)).toFixed(1)}${UNITS[unit]}`
}
