import { expect, test } from 'vitest'
import { objections } from '../../scripts/release.mjs'

const good = {
  version: '1.2.3', changelog: '# Changelog\n\n## 1.2.3 (2026-11-22)\n', status: '', tags: 'v1.2.3\n', scripts: { test: 'x' }, repository: 'git+https://github.com/someone/libssh2-wasm.git',
  files: ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'dist/libssh2.wasm', 'dist/build-info.json', 'dist/sbom.cdx.json', 'dist/vex.cdx.json', 'dist/THIRD-PARTY-NOTICES.txt'],
}

test('a clean, tagged tree with all its files may go out', () => {
  expect(objections(good)).toEqual([])
})

test.each([
  ['changes', { status: ' M src/index.ts\n' }], ['no entry', { changelog: '# Changelog\n' }], ['unreleased', { changelog: '## 1.2.3 (unreleased)\n' }],
  ['another tag', { tags: 'v1.2.2\n' }], ['a script at installation', { scripts: { postinstall: 'x' } }], ['too much', { files: [...good.files, 'src/index.ts'] }],
  ['no address', { repository: 'git+https://github.com/OWNER/libssh2-wasm.git' }], ['too little', { files: good.files.slice(0, -1) }],
] as const)('%s is in the way', (_, change) => {
  expect(objections({ ...good, ...change })).toHaveLength(1)
})
