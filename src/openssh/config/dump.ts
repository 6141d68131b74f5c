import type { SshConfig } from './ssh-config.ts'
import { type KeywordName, keywordOf, KEYWORDS } from './keywords/index.ts'

/** The lines of `ssh -G`: the values for a host, one keyword per line. */
export function describeConfig(config: SshConfig, shown: Partial<Record<KeywordName, unknown>> = {}): string[] {
  const forwardings = config.clearAllForwardings ? { localForward: [], remoteForward: [], dynamicForward: [] } : {}
  const values: Partial<Record<KeywordName, unknown>> = { ...config, ...config.written, ...forwardings, ...shown }
  const names = Object.keys(KEYWORDS).filter((name) => !FIRST.includes(name)) as KeywordName[]
  return [`host ${config.host}`, ...[...FIRST as KeywordName[], ...names].flatMap((name) => keywordOf(name).print(values[name]).map((value) => `${name.toLowerCase()} ${value}`))]
}

const FIRST: readonly string[] = ['user', 'hostName', 'port']
