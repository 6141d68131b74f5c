import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { localFiles } from '../../../src/transports/local-files/node.ts'

describe('names inside a folder', () => {
  const folders = ['', '.', '/', 'a', 'a/', './a/../b//c/', '/tmp//x/.', '..', '../..', pathToFileURL('/tmp/of a url'), new TextEncoder().encode('bytes')]
  const names = ['x', '.hidden', '...', 'with space', 'back\\slash', 'ünï', new Uint8Array([0xff, 0x61])]
  test.each(folders)('of %s are what join makes of each', (folder) => {
    const inside = localFiles.inside(folder)
    for (const name of names) expect(inside(name)).toEqual(localFiles.join(folder, name))
  })
})
