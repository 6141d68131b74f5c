import { BaseAgent } from './base-agent.ts'
import { CygwinAgent } from './cygwin.ts'
import { OpenSSHAgent } from './openssh-agent.ts'
import { PageantAgent } from './pageant.ts'

const PIPE = /^[/\\][/\\]\.[/\\]pipe[/\\].+/

/** The agent at a path: a Unix socket, or on Windows a named pipe, `pageant` for PuTTY's agent, or a socket file of Cygwin. */
export function createAgent(path: string): BaseAgent {
  if (process.platform !== 'win32' || PIPE.test(path)) return new OpenSSHAgent(path)
  return path === 'pageant' ? new PageantAgent() : new CygwinAgent(path)
}

export const isAgent = (value: unknown): value is BaseAgent => value instanceof BaseAgent || (typeof value === 'object' && value !== null && typeof (value as BaseAgent).getIdentities === 'function' && typeof (value as BaseAgent).sign === 'function')
