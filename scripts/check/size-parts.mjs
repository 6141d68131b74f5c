// npm run size:parts : what each part of OpenSSH's protocol beyond the RFCs adds, into docs/size.md. A kB is 1000 bytes, gzip is -9.
//
// JavaScript: the files that a bundle of the core entry loads for the part and not with the entry. C: the code and the data of the part's object files, before
// the linker leaves out what nobody calls. What is a few lines within libssh2's own files has no size of its own.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** The parts: their modules in src/ that load later, their object files below build/obj/release/. @type {{ name: string, modules?: string[], objects?: string[], within?: string }[]} */
const PARTS = [
  { name: 'sntrup761x25519-sha512, both names', objects: ['wasm/crypto-sntrup761.c', 'tinyssh/crypto_kem_sntrup761_tinyssh.c', 'tinyssh/crypto_sort_uint32.c', 'tinyssh/int16_optblocker.c'] },
  { name: 'hybrids: mlkem768x25519, mlkem768nistp256, sntrup761x25519', objects: ['wasm/crypto-kex-hybrid.c'] },
  { name: 'global requests both ways, EXT_INFO and the first exchange kept', objects: ['wasm/glue-global.c'], within: 'packet.c, keepalive.c' },
  { name: 'session-bind of agents', modules: ['src/client/bound-agent.ts', 'src/keys/agent/session-bind.ts'] },
  { name: 'publickey-hostbound', within: 'userauth_publickey.c' },
  { name: 'hostkeys-00, hostkeys-prove-00', modules: ['src/client/host-key-update.ts', 'src/host-key/rotation.ts'] },
  { name: 'streamlocal-forward', within: 'packet.c, channel.c' },
  { name: 'SSHSIG: the entry libssh2-wasm/sshsig', modules: ['src/sshsig/index.ts'] },
  { name: 'users-groups-by-id, home-directory, check-file', modules: ['src/sftp/protocol/owners.ts', 'src/sftp/protocol/home.ts', 'src/sftp/protocol/check-file.ts'] },
  { name: 'ssh-mldsa44-ed25519, with ML-DSA, SHA-3 and Ed25519 of noble', modules: ['src/keys/mldsa44-ed25519.ts'] },
  { name: 'obscureKeystrokes', modules: ['src/client/keystrokes.ts'], within: 'glue-session.c' },
  { name: 'ext-info-in-auth', within: 'crypto-kex.c' },
  { name: 'requirePostQuantum, requireStrictKex', modules: ['src/client/requirements.ts'] },
]

const { metafile } = await build({
  entryPoints: ['src/index.ts'], outdir: 'build/size', write: false, metafile: true, logLevel: 'error', tsconfigRaw: '{}',
  bundle: true, splitting: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', external: ['#*'],
})
/** Modules that load with the entry. */
const withEntry = new Set()
for (const path of loaded('src/index.ts')) for (const input of Object.keys(metafile.outputs[path].inputs)) withEntry.add(input)

/** The outputs that load at once with a source. @param {string} source */
function loaded(source) {
  const paths = Object.keys(metafile.outputs)
  const all = new Set(paths.filter(path => metafile.outputs[path].entryPoint === source))
  for (const path of all) for (const { kind, path: next, external } of metafile.outputs[path].imports) if (!external && kind === 'import-statement') all.add(next)
  return all
}

/** A module and all that only it needs, minified, without what the entry has loaded and what loads later still. @param {string} module */
async function moduleSize(module) {
  const outside = { name: 'outside', setup: (/** @type {import('esbuild').PluginBuild} */ esbuild) => {
    esbuild.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => kind === 'dynamic-import' ? { path, external: true } : undefined)
    esbuild.onResolve({ filter: /^\./ }, async ({ path, resolveDir, kind }) => {
      const file = new URL(path, `file://${resolveDir}/`).pathname.replace(`${process.cwd()}/`, '')
      return kind === 'dynamic-import' || (kind !== 'entry-point' && withEntry.has(file)) ? { path, external: true } : undefined
    })
  } }
  const { outputFiles } = await build({
    entryPoints: [module], write: false, bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', external: ['#*'], plugins: [outside], tsconfigRaw: '{}', logLevel: 'error', splitting: false,
  })
  const contents = outputFiles[0].contents
  return [contents.length, gzipSync(contents, { level: 9 }).length]
}

/** Code and data of an object file: sections 10 and 11 of WebAssembly's binary format. @param {string} name */
function objectSize(name) {
  const path = `build/obj/release/${name}.o`
  if (!existsSync(path)) throw new Error(`${path} is missing: run ./build.sh`)
  const bytes = readFileSync(path)
  const parts = []
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++]
    let size = 0, shift = 0, byte
    do {
      byte = bytes[at++]
      size += (byte & 127) * 2 ** shift
      shift += 7
    } while (byte & 128)
    if (id === 10 || id === 11) parts.push(bytes.subarray(at, at + size))
    at += size
  }
  const content = Buffer.concat(parts)
  return [content.length, gzipSync(content, { level: 9 }).length]
}

const kB = (/** @type {number[][]} */ sizes) => sizes.length === 0 ? '–' : `${(sizes.reduce((sum, [, size]) => sum + size, 0) / 1000).toFixed(1)} kB`
const rows = []
for (const { name, modules = [], objects = [], within } of PARTS) {
  const later = []
  for (const module of modules) later.push(await moduleSize(module))
  rows.push(`| ${name} | ${[objects.length > 0 && kB(objects.map(objectSize)), within && `a few lines of ${within}`].filter(Boolean).join(', ') || '–'} | ${kB(later)} |`)
}
writeFileSync('docs/size.md', `# What each part adds

Written by \`npm run size:parts\`; \`npm run size\` measures the whole. All sizes are after gzip -9. The column C has code and data of the part's object files, before the linker leaves out what nobody
calls; a part that is a few lines within libssh2's files has no size of its own. JavaScript that loads later is counted with the modules that only the part needs, bundled and minified, without what
the core entry has loaded; you do not pay for a part that you do not use.

| part | C | JavaScript, later |
| --- | --- | --- |
${rows.join('\n')}
`)
console.log(rows.join('\n'))
