// The imports of the project's files.
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'
import { read } from './files.mjs'

/**
 * @typedef {object} Import
 * @property {string} specifier as written
 * @property {boolean} typeOnly none of it is loaded
 * @property {boolean} later loaded with `import()`, when it is used
 * @property {number} index where it begins in the text
 */

/** @type {Map<string, Import[]>} */
const known = new Map()

/**
 * Every import and re-export of a file, including dynamic ones and `import('…')` types.
 * @param {string} path
 * @returns {Import[]}
 */
export function importsOf(path) {
  let list = known.get(path)
  if (!list) known.set(path, list = parse(path))
  return list
}

/** @param {string} path @returns {Import[]} */
function parse(path) {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)
  /** @type {Import[]} */
  const list = []
  /** @param {ts.Node} node @param {ts.Node | undefined} specifier */
  const add = (node, specifier, typeOnly = false, later = false) => {
    if (specifier && ts.isStringLiteral(specifier)) list.push({ specifier: specifier.text, typeOnly, later, index: node.getStart(file) })
  }
  /** @param {ts.Node} node */
  const visit = node => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importsTypes(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly || (node.exportClause !== undefined && ts.isNamedExports(node.exportClause) && allTypes(node.exportClause.elements)))
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node, node.arguments[0], false, true)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return list
}

/** @param {ts.ImportClause | undefined} clause */
function importsTypes(clause) {
  if (!clause) return false
  const named = clause.namedBindings
  return clause.isTypeOnly || (!clause.name && named !== undefined && ts.isNamedImports(named) && allTypes(named.elements))
}

/** @param {readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]} elements */
function allTypes(elements) {
  return elements.length > 0 && elements.every(element => element.isTypeOnly)
}

/**
 * The project file that a relative import in `path` refers to, or undefined.
 * @param {string} path
 * @param {string} specifier
 */
export function fileOf(path, specifier) {
  if (!specifier.startsWith('.')) return undefined
  const file = posix.normalize(posix.join(posix.dirname(path), specifier))
  return existsSync(file) ? file : undefined
}
