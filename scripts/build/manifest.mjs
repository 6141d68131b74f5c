// The build manifest: the inputs of the module. Only stable data, no dates, no local paths.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { common, libraries } from '../../wasm/build.config.mjs'
import { sha256 } from './compile-cache.mjs'
import { runtimeParts } from './runtime-parts.mjs'

/** `version`, `sha256` of the tarball and `patches` of a library, from the stamp that scripts/build/sources.sh leaves. */
function source(name) {
  /** @type {{ version?: string, sha256?: string, patches: { name: string, sha256: string }[] }} */
  const entry = { patches: [] }
  for (const line of readFileSync(`build/src/${name}.stamp`, 'utf8').trim().split('\n')) {
    const [first, second] = line.split(/\s+/)
    if (first === 'version' || first === 'sha256') entry[first] = second
    else entry.patches.push({ name: second.replace(/.*\//, ''), sha256: first })
  }
  return entry
}

/** Writes build/build-info.VARIANT.json (the bundle step copies that of the release into dist/) and the same as a module beside the wasm. */
export function writeManifest(variantName, variant, emcc, compiler) {
  const wasm = readFileSync(`${variant.output}/libssh2.wasm`)
  const info = {
    variant: variantName,
    wasm: { bytes: wasm.length, sha256: sha256(wasm) },
    compiler,
    flags: { common, hot: variant.hot, apart: variant.apart, cold: variant.cold, allocator: variant.allocator, link: variant.link },
    sources: Object.fromEntries(Object.keys(libraries).sort().map(name => [name, source(name)])),
    runtime: runtimeParts(emcc),
  }
  mkdirSync('build', { recursive: true })
  const json = JSON.stringify(info, null, 2)
  writeFileSync(`build/build-info.${variantName}.json`, `${json}\n`)
  writeFileSync(`${variant.output}/build-info.gen.js`, `export const buildInfo = ${json}\n`)
}
