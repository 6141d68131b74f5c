// Checks the package as it would be published: its contents, that its declared entries resolve for every kind of
// importer, and that none of its files makes code from text or loads modules in a way that a strict host forbids.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { COMMONJS } from '../build/commonjs.mjs'
import { modules, programs } from '../build/entries.mjs'
import { lineAt, linksOf, report } from './files.mjs'
import { sha256 } from '../build/compile-cache.mjs'

const findings = []
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

const { messages } = await publint({ strict: true })
findings.push(...messages.map(message => `publint: ${formatMessage(message, manifest)}`))

/** The findings of are-the-types-wrong for a packed package. @param {string[]} args */
function typesWrong(...args) {
  try {
    execFileSync(process.execPath, ['node_modules/@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--format', 'ascii', ...args],
      // It packs; the check is of what was built.
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, npm_config_ignore_scripts: 'true' } })
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error)
    findings.push(`are-the-types-wrong:\n${stdout}${stderr}`)
  }
}
const subpaths = commonJs => modules.filter(module => module.commonJs === commonJs).map(({ specifier }) => specifier.replace(manifest.name, '.'))
// What Node loads works for import and for require. (The resolution of Node before 12.7 has no subpaths.)
typesWrong('--profile', 'node16', '--entrypoints', ...subpaths(true))
// Entries for one runtime are ES modules on purpose: it loads them with either.
typesWrong('--profile', 'esm-only', '--entrypoints', ...subpaths(false))

/** @type {[pattern: RegExp, what: string][]} */
const FORBIDDEN = [[/\beval\s*\(/g, 'eval'], [/\bnew Function\b|\bFunction\s*\(\s*["'`]/g, 'code from text'], [/\brequire\s*\(/g, 'require'],
  [/\b(__dirname|__filename)\b/g, 'CommonJS'], [/(?<!")\bSymbol\.(dispose|asyncDispose)\b(?! \?\?)/g, 'a symbol that WebKit lacks'], [/\/work\/|\/home\/|\/root\//g, 'a folder of this machine']]
/** Forbidden only in modules. */
const IN_MODULES = new Set(['require', 'CommonJS'])
const files = readdirSync('dist').sort()
const commonJsFiles = readdirSync(COMMONJS).filter(file => /\.[cm]js$/.test(file)).map(file => `commonjs/${file}`)
for (const file of [...files.filter(file => file.endsWith('.js')), ...commonJsFiles]) {
  const text = readFileSync(`dist/${file}`, 'utf8')
  for (const [pattern, what] of FORBIDDEN) {
    if (IN_MODULES.has(what) && file.endsWith('.cjs')) continue
    for (const match of text.matchAll(pattern)) findings.push(`dist/${file}:${lineAt(text, match.index)}: ${what}: ${match[0]}`)
  }
}
// A file for require() must load its dependencies with require(), at once or later: Jest has no import(), which would also load a second copy.
for (const file of commonJsFiles.filter(file => file.endsWith('.cjs'))) {
  const text = readFileSync(`dist/${file}`, 'utf8')
  for (const match of text.matchAll(/\bimport\s*\(|\bimport\.meta\b|require\("(?!\.\/[^"]+\.cjs"|node:|@xterm\/xterm")[^"]*"\)/g)) findings.push(`dist/${file}:${lineAt(text, match.index)}: ${match[0]} in CommonJS`)
}

/** What `file` loads, at once or later: names of other files of dist/ and modules of the runtime. */
const loads = file => [...readFileSync(`dist/${file}`, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(match => match[1])

// Programs and …-node.js (which package.json's "imports" choose only for Node) may name node, and so may files that only they load.
const nodeOnly = new RegExp(`^(node|ssh2|.*-node|${programs.map(({ entry }) => entry).join('|')})\\.js$`)
// A file that the bundler had to number has no name of its own.
for (const file of files) if (files.includes(file.replace(/\d+(?=(\.d)?\.\w+$)/, '')) && /\d(\.d)?\.\w+$/.test(file)) findings.push(`dist/${file}: two files have this name`)

const chosen = Object.values(manifest.imports).flatMap(Object.values).map(path => path.replace(/^.*\//, ''))
const neutral = new Set([...modules.map(({ entry }) => `${entry}.js`), ...chosen].filter(file => !nodeOnly.test(file)))
for (const file of neutral) {
  for (const target of loads(file)) {
    if (target.startsWith('node:')) findings.push(`dist/${file} imports ${target}, and not only Node loads it`)
    else if (target.endsWith('.js')) neutral.add(target.slice(2))
  }
}

const info = JSON.parse(readFileSync('dist/build-info.json', 'utf8'))
const wasm = readFileSync('dist/libssh2.wasm')
if (sha256(wasm) !== info.wasm.sha256) findings.push('dist/libssh2.wasm is not the file that dist/build-info.json describes')
if (wasm.includes(process.cwd())) findings.push('dist/libssh2.wasm holds the path of this folder')
if (Object.keys(manifest.dependencies ?? {}).length > 0) findings.push('package.json has run-time dependencies; the core has none')

const sbom = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8'))
for (const { type, name, hashes } of sbom.components) {
  if (type === 'file' && sha256(readFileSync(name)) !== hashes[0].content) findings.push(`${name} is not the file that dist/sbom.cdx.json describes`)
}
for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) {
  if (manifest.scripts[hook]) findings.push(`package.json has a script "${hook}": nothing may run where the package is installed`)
}

// npm writes a lock file without the platform packages that it could not find, and npm ci then refuses it elsewhere.
const locked = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
const names = new Set(Object.keys(locked).map(path => path.replace(/^.*node_modules\//, '')))
for (const [path, { optionalDependencies = {} }] of Object.entries(locked)) {
  for (const name of Object.keys(optionalDependencies)) {
    if (!names.has(name)) findings.push(`package-lock.json lacks ${name}, which ${path} asks for: npm ci will fail`)
  }
}

// Links of a page in the package must lead to files in the package.
const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 24 }))
/** @type {string[]} */
const shipped = packed.files.map(({ path }) => path)
let links = 0
for (const page of shipped.filter(path => path.endsWith('.md'))) {
  for (const { link, target, line } of linksOf(page, readFileSync(page, 'utf8'))) {
    const to = target.replace(/\/$/, '')
    links++
    if (!shipped.some(path => path === to || path.startsWith(`${to}/`))) findings.push(`${page}:${line}: links to ${link}, which is not in the package`)
  }
}

report(findings, `package: ${links} links inside the package, ${files.length} files, publint and are-the-types-wrong find nothing`)
