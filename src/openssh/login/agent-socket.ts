import { existsSync, readdirSync } from 'node:fs'
import type { SshConfig } from '../config/ssh-config.ts'

/** The environment in which an agent is looked up; the real one by default. */
export interface AgentSurroundings {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether a Windows pipe, or a socket, exists. */
  exists(path: string): boolean
  /** Names of the Windows pipes. */
  pipes(): readonly string[]
}

/** OpenSSH's agent on Windows. */
const OPENSSH_PIPE = '\\\\.\\pipe\\openssh-ssh-agent'
/** The name of Pageant's pipe contains the user's name, and a hash that only Windows can compute. */
const PAGEANT_PIPE = /^pageant\.[^\\]+\.[0-9a-f]{64}$/i

/** The agent's socket: from IdentityAgent, or SSH_AUTH_SOCK, or on Windows OpenSSH's service, or Pageant. Undefined if there is none. */
export function agentSocket({ identityAgent }: Pick<SshConfig, 'identityAgent'>, surroundings: AgentSurroundings = HERE): string | undefined {
  const { environment, platform } = surroundings
  if (identityAgent === 'none') return undefined
  if (identityAgent !== undefined && identityAgent !== 'SSH_AUTH_SOCK') return variableOr(identityAgent, environment)
  if (environment['SSH_AUTH_SOCK']) return environment['SSH_AUTH_SOCK']
  if (platform !== 'win32' || identityAgent === 'SSH_AUTH_SOCK') return undefined
  if (surroundings.exists(OPENSSH_PIPE)) return OPENSSH_PIPE
  const pageant = surroundings.pipes().find((name) => PAGEANT_PIPE.test(name))
  return pageant === undefined ? undefined : `\\\\.\\pipe\\${pageant}`
}

/** The agent to forward: for `yes` the one used for the login, otherwise the one that ForwardAgent names. */
export function forwardedAgent({ forwardAgent, identityAgent }: Pick<SshConfig, 'forwardAgent' | 'identityAgent'>, surroundings: AgentSurroundings = HERE): string | undefined {
  if (forwardAgent === false) return undefined
  return forwardAgent === true ? agentSocket({ identityAgent }, surroundings) : variableOr(forwardAgent, surroundings.environment)
}

/** `$NAME` is the variable's value. */
function variableOr(text: string, environment: AgentSurroundings['environment']): string | undefined {
  return /^\$[A-Za-z_]\w*$/.test(text) ? environment[text.slice(1)] || undefined : text
}

const HERE: AgentSurroundings = {
  platform: process.platform,
  environment: process.env,
  exists: existsSync,
  pipes() {
    try {
      return readdirSync('\\\\.\\pipe\\')
    } catch {
      return []
    }
  },
}
