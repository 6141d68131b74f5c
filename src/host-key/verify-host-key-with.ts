import { callable } from '../errors/arguments.ts'
import { HostKeyError } from '../errors/ssh-error.ts'
import { fingerprint } from './fingerprint.ts'
import { orAbort } from '../abort/or-abort.ts'
import { type HostKeyInfo, type HostKeyPolicy, presented } from './policy.ts'

/**
 * Lets the caller decide: `true` accepts, anything else is `HostKeyError` `ERR_HOST_KEY_UNKNOWN`, and errors of `decide` pass through. It may
 * wait, e.g. for a person or a server.
 */
export function verifyHostKeyWith(decide: (info: HostKeyInfo & { readonly fingerprint: string }) => boolean | Promise<boolean>): HostKeyPolicy {
  callable(decide, 'decide')
  return {
    async verify(info) {
      const received = await fingerprint(presented(info).key)
      const question = () => decide({ ...info, fingerprint: received })
      if (await (info.ask ? info.ask(question) : orAbort(question(), info.signal)) === true) return
      throw new HostKeyError(`the host key ${received} of ${info.host} was not accepted`, { code: 'ERR_HOST_KEY_UNKNOWN', received })
    },
  }
}
