import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAtLeast, judged, libraries, objectionTo, readCves, upstreamVersion } from '../../../scripts/build/cves.mjs'
import { linkedFiles } from '../../../scripts/build/linked-files.mjs'
import { runtimeParts } from '../../../scripts/build/runtime-parts.mjs'
import { buildInfo } from '../../../src/index.ts'

const root = new URL('../../../', import.meta.url)
const text = (path: string) => readFileSync(new URL(path, root), 'utf8')
interface Component { type: string, name: string, version: string, purl?: string, cpe?: string, 'bom-ref': string, pedigree?: { patches: { resolves?: { id: string }[] }[] } }
const sbom = JSON.parse(text('dist/sbom.cdx.json')) as { serialNumber: string, components: Component[] }
const vex = JSON.parse(text('dist/vex.cdx.json')) as { bomFormat: string, vulnerabilities: { id: string, analysis: { state: string, justification?: string, detail: string }, affects: { ref: string }[] }[] }
const all = judged().flatMap((library) => readCves(library))

test('the SBOM names each library with its package URL, and with its CPE where it has one', () => {
  const parts = sbom.components.filter(({ type }) => type === 'library')
  expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining([...libraries(), 'emscripten', 'musl', 'dlmalloc', 'compiler-rt', '@noble/curves']))
  for (const { name, version, purl, cpe } of parts) {
    expect(purl, name).toMatch(/^pkg:(generic|npm)\/[\w%@./-]+@[\w.%+-]+$/)
    // Nobody has given dlmalloc a CPE.
    if (!name.startsWith('@') && name !== 'dlmalloc') expect(cpe, name).toMatch(new RegExp(`^cpe:2\\.3:a:[a-z0-9_-]+:[a-z0-9_-]+:${upstreamVersion(version).replaceAll('.', '\\.')}(:\\*){7}$`))
  }
  expect(sbom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('the SBOM has what emcc links in by itself, in the versions of the toolchain', async () => {
  const { runtime } = await buildInfo()
  const part = (wanted: string) => sbom.components.find(({ name }) => name === wanted)
  expect(part('musl')).toMatchObject({ version: runtime.musl, licenses: [{ license: { id: 'MIT' } }], cpe: `cpe:2.3:a:musl-libc:musl:${runtime.musl}:*:*:*:*:*:*:*`, purl: `pkg:generic/musl@${runtime.musl}` })
  expect(part('dlmalloc')).toMatchObject({ version: runtime.dlmalloc, licenses: [{ license: { id: 'CC0-1.0' } }], purl: `pkg:generic/dlmalloc@${runtime.dlmalloc}` })
  expect(part('compiler-rt')).toMatchObject({ version: runtime['compiler-rt'], licenses: [{ expression: 'Apache-2.0 WITH LLVM-exception' }], cpe: `cpe:2.3:a:llvm:llvm:${runtime['compiler-rt']}:*:*:*:*:*:*:*` })
  for (const version of Object.values(runtime)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
})

test('the versions of what emcc links in are read from its folder; one that says none is unknown', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emscripten-'))
  try {
    mkdirSync(join(folder, 'system/lib/libc/musl'), { recursive: true })
    writeFileSync(join(folder, 'emcc'), '')
    writeFileSync(join(folder, 'system/lib/libc/musl/VERSION'), '1.2.99\n')
    writeFileSync(join(folder, 'system/lib/dlmalloc.c'), ' * Version 2.8.7 Thu Jan 1 Doug Lea\n * versions of this malloc.\n')
    expect(runtimeParts(join(folder, 'emcc'))).toEqual({ 'compiler-rt': 'unknown', dlmalloc: '2.8.7', musl: '1.2.99' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the notices have the licence of each part of the SBOM', () => {
  const notices = text('dist/THIRD-PARTY-NOTICES.txt')
  const bundled = sbom.components.filter(({ type, name }) => type === 'library' && name.startsWith('@')).map(({ name }) => name)
  expect(bundled.length).toBeGreaterThan(2)
  for (const name of ['libssh2', 'mbedTLS', 'libsodium', 'TinySSH', 'zlib', 'Emscripten', 'musl', 'dlmalloc', 'compiler-rt', ...bundled]) {
    const [, part = ''] = notices.split(new RegExp(`^==== ${name}.*$`, 'm'))
    // The whole text, not its name: each says what nobody is liable for, but TinySSH, which gives itself away.
    expect(part.split(/^==== (?!=)/m)[0], name).toMatch(/liable|LIABLE|LIABILITY|warranty|WARRANTY|is hereby placed into the public domain|released to the public domain|LLVM Exceptions/)
  }
})

test('buildInfo() tells what dist/build-info.json does', async () => {
  const info = await buildInfo()
  expect(info).toEqual(JSON.parse(text('dist/build-info.json')))
  expect(Object.keys(info.sources)).toEqual(libraries())
})

describe('what is said of vulnerabilities', () => {
  test.each(all)('$id of $library: $state $about holds', (cve) => {
    const { id, library, state, about } = cve
    const { sources, runtime } = JSON.parse(text('dist/build-info.json')) as { sources: Record<string, { version: string, patches: { name: string }[] }>, runtime: Record<string, string> }
    const source = sources[library] ?? { version: runtime[library] as string, patches: [] }
    expect(objectionTo(cve, source)).toBeUndefined()
    // A file that upstream does not have is absent from every build.
    if (state === 'absent' && existsSync(new URL(`build/src/${library}`, root))) expect(existsSync(new URL(`build/src/${library}/${about}`, root)), about).toBe(true)
    const entry = vex.vulnerabilities.find((each) => each.id === id && each.affects[0]?.ref.endsWith(`#${library}`))
    expect(entry?.affects).toEqual([{ ref: `urn:cdx:${sbom.serialNumber.slice(9)}/1#${library}` }])
    expect(entry?.analysis.detail).toContain(about)
    const part = sbom.components.find((each) => each['bom-ref'] === library)
    if (state === 'patched') expect(part?.pedigree?.patches.flatMap(({ resolves = [] }) => resolves.map((each) => each.id))).toContain(id)
  })

  test('every CVE that the ledger of fixes names for libssh2 is in its list, and patches that name one mend it', () => {
    const ledger = text('deps/libssh2/FIXES.md')
    const named = [...ledger.matchAll(/CVE-\d{4}-\d{4,}((?:, -\d{4,})*)/g)].flatMap(([first, more = '']) => [first.slice(0, first.length - more.length), ...more.split(', ').filter(Boolean).map((rest) => `${first.slice(0, 8)}${rest}`)])
    expect(named.length).toBeGreaterThan(8)
    expect(new Set(readCves('libssh2').map(({ id }) => id))).toEqual(new Set([...named, 'CVE-2023-48795']))
    for (const { id, state, about } of readCves('libssh2')) if (state === 'patched') expect(ledger, id).toMatch(new RegExp(`\\| patch ${about}[^|]*\\| ${id} `))
  })

  test('what emcc links in is known by the linker\'s map: the files, and which are not there', () => {
    expect(judged()).toEqual([...libraries(), 'musl'].sort())
    expect(linkedFiles('musl')).toEqual(expect.arrayContaining(['snprintf.c', 'strtol.c', 'memchr.c']))
    expect(linkedFiles('compiler-rt')).toContain('multi3.c')
    expect(linkedFiles('dlmalloc')).toEqual(['dlmalloc.c'])
    expect(linkedFiles('libssh2')).toBeUndefined()
    const line = (archive: string, file: string) => `       -    1765      276         /usr/share/emscripten/cache/sysroot/lib/wasm32-emscripten/${archive}.a(${file}.o):(f)\n`
    expect(linkedFiles('musl', line('libc', 'iconv') + line('libc', 'iconv') + line('libc-debug', 'qsort') + line('libcompiler_rt', 'multi3'))).toEqual(['iconv.c', 'qsort.c'])
    expect(() => linkedFiles('musl', line('libbulkmemory', 'emscripten_memcpy'))).toThrow('libc.a')
    // The linker's map of this module: a list that says it is absent would be refused if it were not.
    const linked = readCves('musl', 'CVE-2099-0001 absent snprintf.c text')[0]!
    expect(objectionTo(linked, { version: '1.2.5', patches: [] })).toBe('snprintf.c is compiled')
  })

  test('a state that does not hold is refused', () => {
    const cve = (state: string) => readCves('libssh2', `CVE-2099-0001 ${state} text`)[0]!
    const source = { version: '1.11.1', patches: [{ name: '0104-x.patch' }] }
    expect(objectionTo(cve('patched 0104'), source)).toBeUndefined()
    expect(objectionTo(cve('patched 0999'), source)).toContain('0999')
    expect(objectionTo(cve('absent src/packet.c'), source)).toContain('is compiled')
    expect(objectionTo(cve('fixed 1.11.2'), source)).toContain('older')
    for (const line of ['CVE-2099-1 patched 0104 x', 'CVE-2099-0001 mended 1 x', 'CVE-2099-0001 fixed 1']) expect(() => readCves('libssh2', line)).toThrow('cves.txt')
  })
})

test.each([['1.3.dfsg+really1.3.2', '1.3.2', true], ['3.6.7', '3.6.10', false], ['1.11.1', '1.11', true], ['1.0.22', '1.0.22', true], ['20250501', '20250502', false]] as const)('%s is at least %s: %s', (one, other, expected) => {
  expect(isAtLeast(one, other)).toBe(expected)
})
