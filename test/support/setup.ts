import { afterAll, expect } from 'vitest'
import { endPeers, livePeers } from './process.ts'
import { removeTemporaryDirectories, temporaryDirectories } from './temporary.ts'

// A vitest setup file: after each test file nothing that it started may be left.
afterAll(async () => {
  const processes = livePeers()
  const directories = temporaryDirectories()
  await endPeers()
  removeTemporaryDirectories()
  expect({ processes, directories }, 'left behind by this test file').toEqual({ processes: [], directories: [] })
})
