import type { Connection } from '../connect/connection.ts'
import type { Tunnels } from '../forward/tunnels.ts'
import type { Person } from '../person.ts'

/** The connection that a master shares. */
export interface Shared extends Pick<Connection, 'client' | 'config' | 'socket' | 'begun'> {
  readonly tunnels: Tunnels
  readonly person: Person
  /** Asks the user whether another program may use the connection (`ControlMaster ask`); undefined if all of this user's may. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined
}
