import { BaseAgent } from './base-agent.ts'
import { OpenSSHAgent } from './openssh-agent.ts'

const PIPE = /^[/\\][/\\]\.[/\\]pipe[/\\].+/

/** `ssh2` reaches Pageant through a separate program, which this library does not have. Use `OpenSSHAgent` with PuTTY's named pipe. */
export class PageantAgent extends BaseAgent {
  constructor() {
    super()
    throw new Error("Pageant is not supported by this name: give the path of its pipe (pageant --openssh-config), or of OpenSSH's agent, \\\\.\\pipe\\openssh-ssh-agent")
  }
}

/** Cygwin's sockets are files that contain a port and a secret. */
export class CygwinAgent extends BaseAgent {
  constructor(_socketPath?: string) {
    super()
    throw new Error("Cygwin's agent is not supported: give the path of a pipe, e.g. of OpenSSH's agent, \\\\.\\pipe\\openssh-ssh-agent")
  }
}

/** The agent at a path: a Unix socket, or a Windows named pipe. */
export function createAgent(path: string): BaseAgent {
  if (path === 'pageant' && process.platform === 'win32') return new PageantAgent()
  if (process.platform === 'win32' && !PIPE.test(path)) return new CygwinAgent(path)
  return new OpenSSHAgent(path)
}

export const isAgent = (value: unknown): value is BaseAgent => value instanceof BaseAgent || (typeof value === 'object' && value !== null && typeof (value as BaseAgent).getIdentities === 'function' && typeof (value as BaseAgent).sign === 'function')
