import type { HolderApi } from '../session/messages.ts'
import { RemoteError } from '../session/rpc.ts'

/** The holder's side, as soon as it has been started. @param holder `undefined` if it could not be */
export function afterStart(start: () => Promise<void>, holder: () => HolderApi | undefined): HolderApi {
  return new Proxy({} as HolderApi, {
    get: (_, method: keyof HolderApi) => async (...values: never[]) => {
      await start()
      const api = holder()
      if (!api) throw new RemoteError({ name: 'Error', code: 'WORKER', message: 'the worker is not there' })
      return (api[method] as (...values: never[]) => Promise<unknown>)(...values)
    },
  })
}
