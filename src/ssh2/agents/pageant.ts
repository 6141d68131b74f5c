import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { clientError } from '../client/errors.ts'
import { tell } from '../tell.ts'
import type { GetStreamCallback } from './base-agent.ts'
import { OpenSSHAgent } from './openssh-agent.ts'

/** Where Windows keeps its named pipes. */
const PIPES = '\\\\.\\pipe\\'

/** The pipe on which PuTTY's Pageant (0.75 and later) listens for a user, among all pipes: `pageant.NAME.` and a hash. */
export function pageantPipe(pipes: readonly string[], user: string): string | undefined {
  const name = pipes.find((pipe) => pipe.toLowerCase().startsWith(`pageant.${user.toLowerCase()}.`))
  return name === undefined ? undefined : PIPES + name
}

/** PuTTY's agent on Windows, by its named pipe. */
export class PageantAgent extends OpenSSHAgent {
  constructor() {
    super('pageant')
  }

  override getStream(callback: GetStreamCallback): void {
    const failed = (cause?: unknown) => tell(callback, clientError('Failed to connect to agent: no pipe of Pageant (PuTTY 0.75 or later) is there', {}, cause))
    readdir(PIPES).then((pipes) => {
      const path = pageantPipe(pipes, userInfo().username)
      if (path === undefined) return failed()
      const socket = connect(path)
      socket.once('error', failed)
      socket.once('connect', () => {
        socket.off('error', failed)
        tell(callback, null, socket)
      })
    }, failed)
  }
}
