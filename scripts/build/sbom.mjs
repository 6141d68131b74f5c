// Writes dist/sbom.cdx.json: the package's contents in CycloneDX 1.6, from the pins of deps/, the lock file and the build manifest.
// Only stable data: the same build gives the same file.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { readCves, upstreamVersion } from './cves.mjs'

const json = path => JSON.parse(readFileSync(path, 'utf8'))
const manifest = json('package.json')
const { packages } = json('package-lock.json')
const { compiler, runtime, sources, wasm } = json('dist/build-info.json')

const LICENCES = { libssh2: 'BSD-3-Clause', mbedtls: 'Apache-2.0', libsodium: 'ISC', tinyssh: 'CC0-1.0 OR 0BSD OR MIT-0 OR MIT', zlib: 'Zlib', 'compiler-rt': 'Apache-2.0 WITH LLVM-exception', dlmalloc: 'CC0-1.0', musl: 'MIT' }
const licences = id => [/ (OR|WITH) /.test(id) ? { expression: id } : { license: { id } }]
const hashes = content => [{ alg: 'SHA-256', content }]

/** The names by which the National Vulnerability Database knows the libraries: vendor and product of their CPE. compiler-rt is a part of LLVM; dlmalloc has no name there. */
const PRODUCTS = { libssh2: 'libssh2:libssh2', mbedtls: 'arm:mbed_tls', libsodium: 'libsodium:libsodium', tinyssh: 'tinyssh:tinyssh', zlib: 'zlib:zlib', emscripten: 'emscripten:emscripten', 'compiler-rt': 'llvm:llvm', musl: 'musl-libc:musl' }
/** Scanners look libraries up by these. @param {string} name @param {string} version of upstream */
const identity = (name, version) => ({ ...PRODUCTS[name] && { cpe: `cpe:2.3:a:${PRODUCTS[name]}:${version}:*:*:*:*:*:*:*` }, purl: `pkg:generic/${name}@${encodeURIComponent(version)}` })

/** A patch of ours, with the vulnerabilities that it mends. @param {string} library @param {{ name: string, sha256: string }} patch */
const pedigree = (library, { name }) => {
  const resolves = readCves(library).filter(({ state, about }) => state === 'patched' && name.startsWith(`${about}-`)).map(({ id }) => ({ type: 'security', id }))
  return { type: 'unofficial', ...resolves.length > 0 && { resolves } }
}

/** A library that is compiled in: the tarball's hash, and our patches on top of it. */
const compiled = Object.entries(sources).map(([name, { version, sha256, patches }]) => ({
  type: 'library', 'bom-ref': name, name, version, ...identity(name, upstreamVersion(version)), licenses: licences(LICENCES[name]), hashes: hashes(sha256),
  ...patches.length > 0 && {
    pedigree: { patches: patches.map(patch => pedigree(name, patch)) },
    properties: patches.map(patch => ({ name: `patch ${patch.name}`, value: `SHA-256 ${patch.sha256}` })),
  },
}))

/** npm packages whose code is in dist/; the others are only for building and testing. */
const bundled = ['@noble/ciphers', '@noble/curves', '@noble/hashes', '@noble/post-quantum'].map(name => {
  const { version, license, integrity } = packages[`node_modules/${name}`]
  const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
  return { type: 'library', 'bom-ref': name, name, version, purl: `pkg:npm/${name.replace('@', '%40')}@${version}`, licenses: licences(license), hashes: [{ alg: 'SHA-512', content }] }
})

const emscriptenVersion = /\d+\.\d+\.\d+/.exec(compiler)?.[0] ?? ''
const emscripten = {
  type: 'library', 'bom-ref': 'emscripten', name: 'emscripten', version: emscriptenVersion, ...identity('emscripten', emscriptenVersion), licenses: licences('MIT'),
  description: 'Its own parts of the C library are in the module: memory growth, clocks, input and output.',
}

/** What each part of another project that Emscripten links in does there. */
const PURPOSES = { 'compiler-rt': 'LLVM: functions for 128-bit integers and floating-point numbers.', dlmalloc: 'The memory allocator.', musl: 'The C library, as Emscripten ships it.' }
const linked = Object.entries(runtime).map(([name, version]) => ({
  type: 'library', 'bom-ref': name, name, version, ...identity(name, version), licenses: licences(LICENCES[name]), description: PURPOSES[name],
}))

/** Every file of the package but this one, the VEX that refers to it, and the declarations. */
const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter(file => !/\.d\.[cm]?ts$/.test(file) && file !== 'sbom.cdx.json' && file !== 'vex.cdx.json' && statSync(`dist/${file}`).isFile()).sort().map(file => ({
  type: 'file', 'bom-ref': `dist/${file}`, name: `dist/${file}`, hashes: hashes(createHash('sha256').update(readFileSync(`dist/${file}`)).digest('hex')),
}))

const parts = [...compiled, emscripten, ...linked, ...bundled]
const purl = `pkg:npm/${manifest.name}@${manifest.version}`
/** As random as a hash is, and the same for the same build: the VEX refers to it. */
const digest = createHash('sha256').update(JSON.stringify([purl, wasm.sha256, parts, files])).digest('hex')
const uuid = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`, digest.slice(20, 32)].join('-')

const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${uuid}`, version: 1,
  metadata: { component: { type: 'library', 'bom-ref': purl, name: manifest.name, version: manifest.version, purl, licenses: licences(manifest.license) } },
  components: [...parts, ...files],
  dependencies: [{ ref: purl, dependsOn: parts.map(part => part['bom-ref']) }],
}
writeFileSync('dist/sbom.cdx.json', `${JSON.stringify(bom, null, 2)}\n`)
