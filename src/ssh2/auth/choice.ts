import { tell } from '../tell.ts'
import type { AuthenticationType, AuthMethod, AuthHandlerMiddleware } from './methods.ts'

/** The content of the server's last refusal; empty before the first. */
export interface Left {
  readonly methods: readonly string[] | null
  readonly partialSuccess: boolean | null
}

/** Says what to try next: false if nothing is left. */
export type Choice = (left: Left) => Promise<unknown>

/** The caller's function chooses. A promise that it returns is awaited; an error that it throws is an uncaught exception. */
export function byHandler(handler: AuthHandlerMiddleware): Choice {
  return ({ methods, partialSuccess }) => new Promise((resolve) => {
    tell(() => {
      const chosen: unknown = handler((methods && [...methods]) as AuthenticationType[], partialSuccess as boolean, resolve)
      if (chosen === undefined) return
      if (typeof (chosen as PromiseLike<unknown> | null)?.then !== 'function') return resolve(chosen);
      (chosen as PromiseLike<unknown>).then((value) => { if (value !== undefined) resolve(value) }, (error: unknown) => tell(() => { throw error }))
    })
  })
}

/** Each method once, in order, whatever the server says: the caller has named them. */
export function inOrder(list: readonly (AuthenticationType | AuthMethod)[]): Choice {
  const rest = [...list]
  return async () => rest.length > 0 && rest.shift()
}

/** Each method once, except those that the server does not list; it may list them later, after a partial success. */
export function asListed(names: readonly AuthenticationType[]): Choice {
  const rest = [...names]
  return async ({ methods }) => {
    const at = rest.findIndex((name) => !methods?.length || methods.includes(name === 'agent' ? 'publickey' : name))
    return at < 0 ? false : rest.splice(at, 1)[0]
  }
}
