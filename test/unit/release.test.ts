import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { jsrFindings, prepareJsr } from '../../scripts/release/jsr.mjs'
import { objections, packageObjections, paperObjections, provenanceObjections } from '../../scripts/release/objections.mjs'
import { installed, lacking } from '../runtimes/runners/installed.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const good = {
  version: '1.2.3', changelog: '# Changelog\n\n## 1.2.3 (2026-11-22)\n', status: '', tags: 'v1.2.3\n', scripts: { test: 'x' }, repository: 'git+https://github.com/someone/libssh2-wasm.git',
  files: ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'dist/index.js', 'dist/index.d.ts', 'dist/libssh2.wasm', 'dist/build-info.json', 'dist/sbom.cdx.json', 'dist/vex.cdx.json', 'dist/THIRD-PARTY-NOTICES.txt'],
}

test('a clean, tagged tree with all its files may go out', () => {
  expect(objections(good)).toEqual([])
})

test.each([
  ['changes', { status: ' M src/index.ts\n' }], ['no entry', { changelog: '# Changelog\n' }], ['unreleased', { changelog: '## 1.2.3 (unreleased)\n' }],
  ['lines of no version', { changelog: `## Unreleased\n\n- more\n${good.changelog}` }],
  ['another tag', { tags: 'v1.2.2\n' }], ['a script at installation', { scripts: { postinstall: 'x' } }], ['too much', { files: [...good.files, 'src/index.ts'] }],
  ['no address', { repository: 'git+https://github.com/OWNER/libssh2-wasm.git' }], ['too little', { files: good.files.slice(0, -1) }], ['no licence', { files: good.files.filter((file) => file !== 'LICENSE') }],
] as const)('%s is in the way', (_, change) => {
  expect(objections({ ...good, ...change })).toHaveLength(1)
})

test('the placeholder is told by its name, and where to fill it in', () => {
  const { repository } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { repository: { url: string } }
  const [objection = 'none'] = objections({ ...good, repository: repository.url })
  // Where the address is known one day, the real package.json has nothing in the way.
  expect(objection).toMatch(repository.url.includes('OWNER') ? /placeholder.*OWNER in package\.config\.mjs/ : /^none$/)
})

const manifest = { name: 'beside', repository: { url: good.repository }, dependencies: { 'libssh2-wasm': '^1.2.3' } }
const files = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']

test('a package beside the core may go out', () => {
  expect(packageObjections(manifest, files, '1.2.3')).toEqual([])
})

test.each([
  ['no licence', manifest, files.filter((file) => file !== 'LICENSE')],
  ['sources', manifest, [...files, 'src/index.ts']],
  ['a script at installation', { ...manifest, scripts: { install: 'x' } }, files],
  ['no address', { ...manifest, repository: { url: 'https://github.com/OWNER/x' } }, files],
  ['another version of the core', { ...manifest, dependencies: { 'libssh2-wasm': '^1.2.2' } }, files],
] as const)('a package beside the core: %s is in the way', (_, wrong, packed) => {
  expect(packageObjections(wrong, packed, '1.2.3')).toHaveLength(1)
})

test('provenance needs a workflow with an identity, and to run in it', () => {
  const workflow = readFileSync(new URL('../../.github/workflows/release.yml', import.meta.url), 'utf8')
  expect(provenanceObjections(workflow, { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example' })).toEqual([])
  expect(provenanceObjections(workflow, {})).toEqual([expect.stringContaining('OIDC')])
  expect(provenanceObjections('', { SIGSTORE_ID_TOKEN: 'x' })).toHaveLength(2)
})

const MIT = 'Permission is hereby granted, free of charge, to any person'
const sbom = { components: [
  { type: 'library', name: 'libssh2', purl: 'pkg:generic/libssh2@1', cpe: 'cpe:2.3:a:libssh2:libssh2:1', licenses: [{}] },
  { type: 'library', name: '@noble/curves', purl: 'pkg:npm/%40noble/curves@2', licenses: [{}] },
  { type: 'library', name: 'musl', version: '1.2.5', purl: 'pkg:generic/musl@1.2.5', cpe: 'cpe:2.3:a:musl-libc:musl:1.2.5', licenses: [{}] },
  { type: 'library', name: 'dlmalloc', version: '2.8.6', purl: 'pkg:generic/dlmalloc@2.8.6', licenses: [{}] },
  { type: 'library', name: 'compiler-rt', version: '17.0.4', purl: 'pkg:generic/compiler-rt@17.0.4', cpe: 'cpe:2.3:a:llvm:llvm:17.0.4', licenses: [{}] },
  { type: 'file', name: 'dist/index.js' },
] }
const vex = { vulnerabilities: [{ id: 'CVE-2026-1', analysis: { state: 'resolved', detail: 'Patch 1.' } }] }
const others = '==== dlmalloc\n==== compiler-rt\n'
const notices = `${others}==== libssh2\n==== @noble/curves\n==== musl\n${MIT}`
/** The bill with its first component changed. */
const changed = (change: object) => ({ components: [{ ...sbom.components[0]!, ...change }, ...sbom.components.slice(1)] })

test('the papers of a tarball', () => {
  expect(paperObjections(sbom, vex, notices, ['CVE-2026-1'])).toEqual([])
})

test.each([
  ['no purl', changed({ purl: undefined }), vex, notices, []],
  ['no CPE', changed({ cpe: undefined }), vex, notices, []],
  ['no licence named', changed({ licenses: [] }), vex, notices, []],
  ['a version that nobody knows', changed({ version: 'unknown' }), vex, notices, []],
  ['no musl', { components: sbom.components.filter(({ name }) => name !== 'musl') }, vex, notices, []],
  ['no compiler-rt', { components: sbom.components.filter(({ name }) => name !== 'compiler-rt') }, vex, notices, []],
  ['no licence text', sbom, vex, `${others}==== libssh2\n==== musl\n${MIT}`, []],
  ['no licence of musl', sbom, vex, `${others}==== libssh2\n==== @noble/curves\n==== musl\nsee elsewhere`, []],
  ['no reason', sbom, { vulnerabilities: [{ id: 'CVE-2026-1', analysis: { state: 'resolved' } }] }, notices, []],
  ['a patched vulnerability that is not judged', sbom, vex, notices, ['CVE-2026-2']],
] as const)('the papers of a tarball: %s is in the way', (_, bill, judged, texts, patched) => {
  expect(paperObjections(bill, judged, texts, patched)).toHaveLength(1)
})

describe('the package as JSR would have it', () => {
  test('has the choices of Deno, declarations for each entry, and nothing for other runtimes', () => {
    using folder = temporaryDirectory('jsr')
    const { exports, imports } = prepareJsr(folder.file('jsr'))
    expect(Object.keys(exports)).toEqual(expect.arrayContaining(['.', './bindings', './deno', './sshsig']))
    expect(exports).not.toHaveProperty('./cloudflare')
    expect(imports).toMatchObject({ '#connect-tcp': './dist/connect-tcp-deno.js', '#local-files': './dist/local-files-none.js' })
    for (const path of [...Object.values(exports), ...Object.values(imports)]) expect(existsSync(folder.file(`jsr/${path}`)), path).toBe(true)
    for (const path of Object.values(exports)) expect(readFileSync(folder.file(`jsr/${path}`), 'utf8')).toMatch(/^\/\* @ts-self-types="\.\/[\w-]+\.d\.ts" \*\/\n/)
  })

  const missing = lacking(installed('deno'))
  if (missing) console.warn(`skipped: deno publish --dry-run: ${missing}`)
  test.skipIf(missing)('deno publish --dry-run takes it, and not one with an import that leads nowhere', () => {
    using folder = temporaryDirectory('jsr')
    const { imports, ...manifest } = prepareJsr(folder.file('jsr'))
    expect(jsrFindings(folder.file('jsr'))).toEqual([])
    writeFileSync(folder.file('jsr/jsr.json'), JSON.stringify({ ...manifest, imports: { ...imports, '#connect-tcp': undefined } }))
    expect(jsrFindings(folder.file('jsr'))).toEqual([expect.stringContaining('#connect-tcp')])
  }, 120_000)
})
