/** `@microsoft/dev-tunnels-ssh` on Node. */
import { readFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { NodeStream } from '@microsoft/dev-tunnels-ssh'
import type { Library } from '../types.ts'
import { connectOver } from './dev-tunnels-session.ts'

export const library: Library = {
  async connect({ host, port, user, pkcs8KeyFile }, cipher) {
    const socket = connectTcp({ host, port, noDelay: true })
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return connectOver(new NodeStream(socket), await readFile(pkcs8KeyFile, 'utf8'), user, cipher)
  },
}
