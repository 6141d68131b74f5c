// A text search for things that must not appear. `files` are path prefixes; `except` names the allowed places.
import { lineAt, projectFiles, read, report } from './files.mjs'

const SOURCE = ['src/', 'test/', 'scripts/', 'examples/', 'bench/', 'wasm/', 'deps/', 'packages/', '.ci/', 'docs/', 'build.sh', 'README.md', 'package.json', 'package-lock.json', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'SECURITY.md', 'CHANGELOG.md', 'rollup.config.mjs', 'vitest.config.mjs', 'eslint.config.mjs']
const RULES = [
  { name: 'code from text', pattern: /\beval\s*\(|\bnew Function\b/g, files: ['src/', 'packages/', 'wasm/', 'examples/'] },
  { name: 'linear memory outside src/ffi/heap.ts', pattern: /\bHEAP[UF]?(8|16|32|64)\b|\.memory\.buffer\b/g, files: ['src/'], except: /^src\/ffi\/(heap|create-module)\.ts$/ },
  { name: 'a test switched off or alone', pattern: /\b(it|test|describe|suite)\.(only|skip|todo|fails)\b/g, files: ['test/'] },
  { name: 'a folder of one machine', pattern: /(?<![\w.])\/(work|root)\/\w/g, files: SOURCE, except: /^test\// },
  { name: 'the address of a package registry or mirror', pattern: /\b(registry|mirrors?|artifact\w*|nexus|deb|packages?)\.(?!test\.ts\b)[a-z0-9-]+\.[a-z]{2,}\b(?!\()/g, files: SOURCE, except: /\.(ts|mjs|c|h)$/ },
  { name: 'a TypeScript check switched off', pattern: /@ts-(ignore|nocheck)/g, files: SOURCE },
]
/** The most lines of a file; longer ones are listed with their reason in long-files.txt. */
const LIMIT = 400

const longFiles = new Map(read('scripts/check/long-files.txt').split('\n').filter(line => line && !line.startsWith('#'))
  .map(line => [line.split(/\s+/, 1)[0], line.replace(/^\S+\s*/, '')]))

const findings = []
const paths = projectFiles('.')
for (const path of paths) {
  if (path === 'scripts/check/forbidden.mjs' || /\.(png|woff2?|wasm|gz|bin)$/.test(path)) continue
  const text = read(path)
  for (const { name, pattern, files, except } of RULES) {
    if (!files.some(prefix => path.startsWith(prefix)) || except?.test(path)) continue
    for (const match of text.matchAll(pattern)) findings.push(`${path}:${lineAt(text, match.index)}: ${name}: ${match[0]}`)
  }
  const lines = text.split('\n').length - 1
  if (lines > LIMIT && /\.(ts|mjs|js|c|h|sh|py)$/.test(path) && !path.includes('.gen.') && !longFiles.get(path)) {
    findings.push(`${path}: ${lines} lines; over ${LIMIT} needs a reason in scripts/check/long-files.txt`)
  }
}
for (const path of longFiles.keys()) {
  if (!paths.includes(path)) findings.push(`scripts/check/long-files.txt names ${path}, which does not exist`)
}
report(findings, `${paths.length} files searched for ${RULES.length} forbidden things`)
