// Imports point down only (ARCHITECTURE.md). This table is the rule: a layer and what it may import from.
import { posix } from 'node:path'
import ts from 'typescript'
import { lineAt, projectFiles, read, report } from './files.mjs'

const KEYS = ['errors', 'wire-format', 'keys']
const MAY_IMPORT = {
  abort: [],
  errors: [],
  'wire-format': ['errors'],
  keys: ['errors', 'wire-format'],
  'host-key': ['abort', ...KEYS],
  ffi: ['errors'],
  core: ['abort', 'errors', 'ffi'],
  bindings: [...KEYS, 'ffi', 'core'],
  sftp: ['abort', 'errors', 'wire-format', 'ffi', 'bindings'],
  client: ['abort', ...KEYS, 'host-key', 'ffi', 'core', 'bindings', 'sftp'],
  // Runtime names live here. Types may come from anywhere below; the transports themselves carry no code of the library.
  transports: ['abort', 'errors'],
  xterm: ['errors'],
  cli: ['errors', 'wire-format', 'keys', 'host-key', 'client', 'transports', 'index.ts'],
  agent: ['keys'],
  inline: ['ffi', 'index.ts'],
  'index.ts': ['abort', 'errors', 'keys', 'host-key', 'ffi', 'core', 'bindings', 'sftp', 'client'],
}
const TYPES_FROM_ANYWHERE = ['transports', 'xterm', 'cli']
/** Packages that exist only at run time of one kind of host. */
const RUNTIME_MODULE = /^(node|cloudflare|bun|deno):/
const RUNTIME_FOLDERS = /^src\/(transports|cli|ffi\/compile|ffi\/host-crypto)\//

const layerOf = path => path.split('/')[1]

/** `{ target, typeOnly, index }` of every import and re-export, dynamic ones too. */
function imports(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const list = []
  const add = (node, specifier, typeOnly) => list.push({ target: specifier.text, typeOnly, index: node.getStart(file) })
  const visit = node => {
    if (ts.isImportDeclaration(node)) {
      const named = node.importClause?.namedBindings
      const allTypes = named && ts.isNamedImports(named) && !node.importClause.name && named.elements.every(element => element.isTypeOnly)
      add(node, node.moduleSpecifier, node.importClause?.isTypeOnly || allTypes || false)
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      add(node, node.moduleSpecifier, node.isTypeOnly)
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && ts.isStringLiteral(node.arguments[0])) {
      add(node, node.arguments[0], false)
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, true)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return list
}

const findings = []
let count = 0
for (const path of projectFiles('src').filter(path => path.endsWith('.ts'))) {
  const text = read(path)
  const layer = layerOf(path)
  if (!(layer in MAY_IMPORT)) findings.push(`${path}: src/${layer} is not a layer (scripts/check/layers.mjs)`)
  for (const { target, typeOnly, index } of imports(path, text)) {
    count++
    const where = `${path}:${lineAt(text, index)}`
    if (RUNTIME_MODULE.test(target)) {
      if (!RUNTIME_FOLDERS.test(path)) findings.push(`${where}: imports ${target}; only src/transports and src/cli name a runtime`)
      continue
    }
    if (!target.startsWith('.')) continue
    const imported = layerOf(posix.normalize(posix.join(posix.dirname(path), target)))
    const allowed = imported === layer || MAY_IMPORT[layer]?.includes(imported) || (typeOnly && TYPES_FROM_ANYWHERE.includes(layer))
    if (!allowed) findings.push(`${where}: ${layer} may not import ${target} (layer ${imported})`)
  }
}
report(findings, `${count} imports point down`)
