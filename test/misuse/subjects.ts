import type { Client } from '../../src/index.ts'
import type { Member } from './members.ts'
import type { World } from './world.ts'

/** What a subject is made of: a session of its own, which is closed behind it. */
export interface Own {
  readonly world: World
  readonly client: Client
  /** Disposes of something behind the round. */
  readonly own: <T extends AsyncDisposable>(thing: T) => T
}

/** An object, or a module, whose public members are called with whatever there is. */
export interface Subject {
  readonly name: string
  readonly make: (own: Own) => object | Promise<object>
  /** Where the members are not those of what is made. */
  readonly members?: (made: object) => Member[]
  /** Members whose success ends the object or the session: they come late, and what follows them meets what has been freed. */
  readonly ends?: readonly string[]
  /** Members that send what the caller gives as it is: the server may end the session for it, and says so. */
  readonly raw?: readonly string[]
  /** Members that are not called, each with the reason. */
  readonly leftOut?: Readonly<Record<string, string>>
}

export const DISPOSE = '[Symbol.dispose]'
export const ASYNC_DISPOSE = '[Symbol.asyncDispose]'
