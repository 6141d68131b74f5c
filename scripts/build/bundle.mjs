// Makes dist/ with rollup if a source, the module or the configuration has changed since the last time.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { run, sha256 } from './compile-cache.mjs'
import { writeCommonJsDeclarations } from './commonjs.mjs'
import { writeDeclarations } from './declarations.mjs'

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map(name => `src/${name}`).filter(path => statSync(path).isFile())
const inputs = [...sources, 'package.json', 'package-lock.json', 'tsconfig.json', 'rollup.config.mjs',
  ...['bundle', 'chunk-names', 'commonjs', 'declarations', 'default-namespace', 'dispose-symbols', 'entries', 'run-time-names', 'strip-types', 'typescript-plugin'].map(name => `scripts/build/${name}.mjs`), 'build/build-info.release.json'].sort()
const key = sha256(JSON.stringify(inputs.map(path => [path, sha256(readFileSync(path))])))
const stamp = 'build/bundle.key'

if (existsSync('dist/index.js') && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) {
  process.stderr.write('[build] up to date: dist/\n')
} else {
  rmSync('dist', { recursive: true, force: true })
  mkdirSync('dist')
  copyFileSync('src/ffi/libssh2.wasm', 'dist/libssh2.wasm')
  copyFileSync('build/build-info.release.json', 'dist/build-info.json')
  try {
    const wrong = writeDeclarations()
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    await run(process.execPath, ['node_modules/rollup/dist/bin/rollup', '--config', 'rollup.config.mjs', '--silent'])
    writeCommonJsDeclarations()
    writeFileSync(stamp, key)
    process.stderr.write(`[build] bundled dist/: ${readdirSync('dist').sort().join(' ')}\n`)
  } catch (error) {
    process.stderr.write(`[build] error: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}
