import { afterAll, expect } from 'vitest'
import './bounded-sync.ts'
import { endPeers, livePeers } from './process.ts'
import { removeTemporaryDirectories, temporaryDirectories } from './temporary.ts'

// For people who look at the processes of a run, and for scripts/run/stuck-files.mjs.
process.title = `vitest ${expect.getState().testPath ?? ''}`

// A vitest setup file: after each test file nothing that it started may be left.
afterAll(async () => {
  const processes = livePeers()
  const directories = temporaryDirectories()
  await endPeers()
  removeTemporaryDirectories()
  expect({ processes, directories }, 'left behind by this test file').toEqual({ processes: [], directories: [] })
})
