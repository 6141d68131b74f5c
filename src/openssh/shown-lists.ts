import { defaultAlgorithms } from '../client/algorithms.ts'
import { applyAlgorithmList } from './algorithm-list.ts'
import { availableAlgorithms } from './algorithms.ts'
import type { SshConfig } from './config/ssh-config.ts'
import { acceptedList } from './login/accepted.ts'

const LISTS = { kexAlgorithms: 'kex', ciphers: 'cipher', macs: 'mac', hostKeyAlgorithms: 'hostKey' } as const

/** The lists of algorithms as `ssh -G` shows them: whole, with the names that `+`, `-` and `^` change. Names that this client lacks are left out, unless nothing else is there. */
export function shownLists(config: SshConfig) {
  const apply = (list: string | undefined, defaults: readonly string[], known: readonly string[]) => {
    if (list === undefined) return defaults.join(',')
    const wanted = applyAlgorithmList(list, defaults, known), here = wanted.filter((name) => known.includes(name))
    return (here.length > 0 ? here : wanted).join(',')
  }
  const offered = Object.entries(LISTS).map(([name, kind]) => [name, apply(config[name as keyof typeof LISTS], defaultAlgorithms(kind), availableAlgorithms(kind))] as const)
  const keys = acceptedList({ pubkeyAcceptedAlgorithms: undefined }), known = [...new Set([...availableAlgorithms('hostKey'), ...keys])]
  const signatures = keys.filter((name) => !name.includes('-cert'))
  return {
    ...Object.fromEntries(offered) as Record<keyof typeof LISTS, string>,
    pubkeyAcceptedAlgorithms: apply(config.pubkeyAcceptedAlgorithms, keys, known), hostbasedAcceptedAlgorithms: apply(config.hostbasedAcceptedAlgorithms, keys, known),
    caSignatureAlgorithms: apply(config.caSignatureAlgorithms, signatures, known),
  }
}
