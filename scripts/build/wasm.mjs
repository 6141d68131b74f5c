// wasm.mjs EMCC VARIANT : compiles the libraries and wasm/*.c and links libssh2.wasm of a variant (release, debug, sanitize;
// the latter two with libssh2.gen.js) into its output folder. wasm/build.config.mjs and wasm/*.txt define the inputs,
// wasm/interface.h the exports.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { allocator, common, glue, libraries, small, variants } from '../../wasm/build.config.mjs'
import { INTERFACE, readInterface } from '../generate/interface-file.mjs'
import { compileAll, run, sha256 } from './compile-cache.mjs'
import { writeManifest } from './manifest.mjs'
import { mapOf } from './linked-files.mjs'
import { toolchainFile } from './runtime-parts.mjs'
import { signatureFaults } from './wasm-signatures.mjs'

const [emcc, variantName = 'release'] = process.argv.slice(2)
const variant = variants[variantName]
const say = text => process.stderr.write(`[build] ${text}\n`)

/** Lines of a list, without comments and blank ones. */
const lines = path => readFileSync(path, 'utf8').split('\n').map(line => line.replace(/#.*/, '').trim()).filter(Boolean)

/** How a file is compiled: by the word behind its name in its library's list, if there is one. */
const optimisation = (heat, name) => heat === 'hot' ? variant.hot : heat === 'apart' && variant.apart || small.includes(name) && variant.smallest || variant.cold

/** Our own files and those of each library, from both lists. */
function units() {
  const ofList = (list, folder, name, flags) => lines(list).map(line => {
    const [path, heat] = line.split(/\s+/)
    return { source: `${folder}/${path}`, object: `build/obj/${variantName}/${name}/${path}.o`, flags: [...common, ...optimisation(heat, name), ...flags] }
  })
  const all = Object.entries(libraries).flatMap(([name, flags]) => ofList(`wasm/sources-${name}.txt`, `build/src/${name}`, name, ['-w', ...flags]))
  const own = ofList('wasm/sources.txt', 'wasm', 'wasm', glue)
  // A file with static assertions that is not compiled checks nothing.
  const forgotten = readdirSync('wasm').filter(name => name.endsWith('.c') && !own.some(({ source }) => source === `wasm/${name}`))
  if (forgotten.length > 0) throw new Error(`wasm/sources.txt does not list ${forgotten.join(', ')}`)
  return [...all, ...own, ...variant.allocator ? allocatorUnits() : []].sort((a, b) => a.source < b.source ? -1 : 1)
}

/** malloc in the place of that in Emscripten's archive. The copy has a relative path, as emcc may see other folders than we do. */
function allocatorUnits() {
  const source = 'build/src/dlmalloc/dlmalloc.c'
  const shipped = toolchainFile(emcc, 'dlmalloc.c')
  if (!existsSync(shipped)) {
    say(`no ${shipped}: malloc is the one that Emscripten has compiled`)
    return []
  }
  mkdirSync('build/src/dlmalloc', { recursive: true })
  copyFileSync(shipped, source)
  return [{ source, object: `build/obj/${variantName}/dlmalloc/dlmalloc.c.o`, flags: [...common, ...variant.allocator, ...allocator] }]
}

async function link(objects, compiler) {
  const exported = readInterface().exports.map(({ name }) => `_${name}`).sort()
  const map = mapOf(variantName)
  const flags = [...variant.link, `-Wl,-Map=${map}`, '--js-library', 'wasm/library.gen.js', `-sEXPORTED_FUNCTIONS=${exported.join(',')}`]
  const wasm = `${variant.output}/libssh2.wasm`
  const outputs = [wasm, map, ...variant.emscripten ? [`${variant.output}/libssh2.gen.js`] : []]
  const stamp = `build/obj/${variantName}/link.key`
  const key = sha256(JSON.stringify([compiler, flags, objects.map(object => [object, sha256(readFileSync(object))]), sha256(readFileSync('wasm/library.gen.js'))]))
  if (outputs.every(existsSync) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return false

  const folder = `build/obj/${variantName}/linked`
  mkdirSync(folder, { recursive: true })
  mkdirSync(variant.output, { recursive: true })
  writeFileSync(`${folder}/objects.rsp`, objects.join('\n'))
  await run(emcc, [`@${folder}/objects.rsp`, '-o', `${folder}/libssh2.${variant.emscripten ? 'mjs' : 'wasm'}`, ...flags])
  writeFileSync(wasm, readFileSync(`${folder}/libssh2.wasm`))
  if (variant.emscripten) writeFileSync(`${variant.output}/libssh2.gen.js`, readFileSync(`${folder}/libssh2.mjs`))
  // wasm-ld marks its output as executable, which the package would keep.
  chmodSync(wasm, 0o644)
  writeFileSync(stamp, key)
  return true
}

try {
  const compiler = (await run(emcc, ['--version'])).split('\n')[0]
  const list = units()
  const compiled = await compileAll(emcc, compiler, list)
  if (compiled > 0) say(`compiled ${compiled} of ${list.length} C files (${variantName})`)
  const linked = await link(list.map(unit => unit.object), compiler)
  const module = readFileSync(`${variant.output}/libssh2.wasm`)
  const faults = signatureFaults(readInterface(), module, { complete: !variant.emscripten })
  if (faults.length > 0) throw new Error(`${variant.output}/libssh2.wasm is not what ${INTERFACE} says:\n${faults.join('\n')}`)
  writeManifest(variantName, variant, emcc, compiler)
  say(`${linked ? 'linked' : 'up to date:'} ${variant.output}/libssh2.wasm (${module.length} bytes)`)
} catch (error) {
  process.stderr.write(`[build] error: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
