import { connect, type ConnectOptions, HostKeyError, knownHosts, pinned, trustOnFirstUse, memoryHostKeyStore } from 'libssh2-wasm'
import { type Case, login } from './case.ts'
import { ensure, equal, rejection } from './check.ts'

export const hostKeys: readonly Case[] = [
  {
    feature: 'host keys', name: 'the known key is accepted, by known_hosts, by pin, and again after first use',
    async run(target) {
      const { knownHosts: text } = target.environment
      const store = memoryHostKeyStore()
      const keys = text.trim().split('\n').map((line) => line.split(' ').slice(1, 3).join(' '))
      for (const hostKey of [knownHosts(text), pinned(keys), trustOnFirstUse(store), trustOnFirstUse(store)]) {
        await using client = await login(target, { hostKey })
        equal((await client.run('echo trusted')).stdout, 'trusted\n', 'output')
      }
    },
  },
  {
    feature: 'host keys', name: 'a changed key is refused with a HostKeyError that has both fingerprints',
    async run(target) {
      const error = await rejection(HostKeyError, login(target, { hostKey: knownHosts(target.environment.changedKnownHosts) }))
      equal([error.name, error.code], ['HostKeyError', 'ERR_HOST_KEY_CHANGED'], 'name and code')
      ensure(!!error.expected?.includes('SHA256:') && !!error.received?.startsWith('SHA256:'), `fingerprints: ${error.message}`)
    },
  },
  {
    feature: 'host keys', name: 'an unknown key is refused, and so is having no policy',
    async run(target) {
      equal((await rejection(HostKeyError, login(target, { hostKey: knownHosts('') }))).code, 'ERR_HOST_KEY_UNKNOWN', 'code')
      const { host, port, username } = target.environment
      const careless = connect({ host, port, username } as ConnectOptions)
      equal((await rejection(HostKeyError, careless)).code, 'ERR_HOST_KEY_POLICY_MISSING', 'code')
    },
  },
]
