import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { doors } from '../../../scripts/build/entries.mjs'
import { importsOf } from '../../../scripts/check/imports.mjs'
import type * as compile from '../../../src/runtime/compile-libssh2.ts'
import type * as connectTcp from '../../../src/runtime/connect-tcp.ts'
import type * as hostCrypto from '../../../src/runtime/host-crypto.ts'
import type * as localFiles from '../../../src/runtime/local-files.ts'
import type * as compileNode from '../../../src/transports/compile/node.ts'
import type * as compileWeb from '../../../src/transports/compile/web.ts'
import type * as compileWorkerd from '../../../src/transports/compile/workerd.ts'
import type * as tcpBun from '../../../src/transports/connect-tcp/bun.ts'
import type * as tcpDeno from '../../../src/transports/connect-tcp/deno.ts'
import type * as tcpNode from '../../../src/transports/connect-tcp/node.ts'
import type * as tcpWeb from '../../../src/transports/connect-tcp/web.ts'
import type * as tcpWorkerd from '../../../src/transports/connect-tcp/workerd.ts'
import type * as cryptoNode from '../../../src/transports/host-crypto/node.ts'
import type * as cryptoNone from '../../../src/transports/host-crypto/none.ts'
import type * as filesNode from '../../../src/transports/local-files/node.ts'
import type * as filesNone from '../../../src/transports/local-files/none.ts'

type All<Door, Implementations extends readonly Door[]> = Implementations

/** Checked by `npm run types`: each implementation has what its door promises, with the same types. */
export interface Checked {
  readonly compile: All<typeof compile, [typeof compileNode, typeof compileWeb, typeof compileWorkerd]>
  readonly connectTcp: All<typeof connectTcp, [typeof tcpBun, typeof tcpDeno, typeof tcpNode, typeof tcpWeb, typeof tcpWorkerd]>
  readonly hostCrypto: All<typeof hostCrypto, [typeof cryptoNode, typeof cryptoNone]>
  readonly localFiles: All<typeof localFiles, [typeof filesNode, typeof filesNone]>
}

describe('the doors to the runtime', () => {
  const checked = new Set(importsOf('test/unit/transports/doors.test.ts').map(({ specifier }) => specifier.replace(/^(\.\.\/)+/, '')))

  test.each(doors.map(({ door, source }) => [door, source] as const))('%s: the types of %s are checked above', (_, source) => {
    expect([...checked]).toContain(source)
  })

  test.each([...new Set(doors.map(({ door }) => door))])('%s is an interface for TypeScript, which no runtime is named by', (door) => {
    const { imports } = JSON.parse(readFileSync('src/package.json', 'utf8')) as { imports: Record<string, Record<string, string>> }
    expect(imports[door]?.types).toBe(`./runtime/${door.slice(1)}.ts`)
    expect(doors.map(({ source }) => source)).toContain(imports[door]?.default?.replace('./', 'src/'))
  })
})
