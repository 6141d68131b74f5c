import { describe } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { suiteServer } from '../support/suite-server.ts'
import { servers, type Ability, type ServerRow } from './servers.ts'

/**
 * A suite for each server that has features to show, with one server for all of its tests. scripts/interop-table.mjs makes a row
 * of each, and a column of what stands before the colon in the names of the tests.
 */
export function eachServer(tests: (server: () => SshServer, has: (ability: Ability) => boolean, row: ServerRow) => void): void {
  for (const row of servers.filter(({ abilities }) => abilities.length > 0)) {
    describe.runIf(row.peers.map(requirePeer).every(Boolean))(row.name, () => {
      tests(suiteServer(row.start), (ability) => row.abilities.includes(ability), row)
    })
  }
}
