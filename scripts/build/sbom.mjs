// Writes dist/sbom.cdx.json: the package's contents in CycloneDX 1.6, from the pins of deps/, the lock file and the build manifest.
// Only stable data: the same build gives the same file.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'

const json = path => JSON.parse(readFileSync(path, 'utf8'))
const manifest = json('package.json')
const { packages } = json('package-lock.json')
const { compiler, sources } = json('dist/build-info.json')

const LICENCES = { libssh2: 'BSD-3-Clause', mbedtls: 'Apache-2.0', libsodium: 'ISC', tinyssh: 'CC0-1.0 OR 0BSD OR MIT-0 OR MIT', zlib: 'Zlib' }
const licences = id => [/ OR /.test(id) ? { expression: id } : { license: { id } }]
const hashes = content => [{ alg: 'SHA-256', content }]

/** A library that is compiled in: the tarball's hash, and our patches on top of it. */
const compiled = Object.entries(sources).map(([name, { version, sha256, patches }]) => ({
  type: 'library', 'bom-ref': name, name, version, purl: `pkg:generic/${name}@${encodeURIComponent(version)}`, licenses: licences(LICENCES[name]), hashes: hashes(sha256),
  ...patches.length > 0 && { properties: patches.map(patch => ({ name: `patch ${patch.name}`, value: `SHA-256 ${patch.sha256}` })) },
}))

/** npm packages whose code is in dist/; the others are only for building and testing. */
const bundled = ['@noble/ciphers', '@noble/curves', '@noble/hashes', '@noble/post-quantum'].map(name => {
  const { version, license, integrity } = packages[`node_modules/${name}`]
  const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
  return { type: 'library', 'bom-ref': name, name, version, purl: `pkg:npm/${name.replace('@', '%40')}@${version}`, licenses: licences(license), hashes: [{ alg: 'SHA-512', content }] }
})

const emscripten = {
  type: 'library', 'bom-ref': 'emscripten', name: 'emscripten', version: /\d+\.\d+\.\d+/.exec(compiler)?.[0], licenses: licences('MIT'),
  description: 'Its C library (musl) is in the module.',
}

/** Every file of the package except this one and the declarations. */
const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter(file => !/\.d\.[cm]?ts$/.test(file) && file !== 'sbom.cdx.json' && statSync(`dist/${file}`).isFile()).sort().map(file => ({
  type: 'file', 'bom-ref': `dist/${file}`, name: `dist/${file}`, hashes: hashes(createHash('sha256').update(readFileSync(`dist/${file}`)).digest('hex')),
}))

const parts = [...compiled, emscripten, ...bundled]
const purl = `pkg:npm/${manifest.name}@${manifest.version}`
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX', specVersion: '1.6', version: 1,
  metadata: { component: { type: 'library', 'bom-ref': purl, name: manifest.name, version: manifest.version, purl, licenses: licences(manifest.license) } },
  components: [...parts, ...files],
  dependencies: [{ ref: purl, dependsOn: parts.map(part => part['bom-ref']) }],
}
writeFileSync('dist/sbom.cdx.json', `${JSON.stringify(bom, null, 2)}\n`)
