// An object that a session makes has its session as a property. Naming the owner's type for that is no circle for a reader, so it does not count as an import.
import ts from 'typescript'
import { read } from './files.mjs'

/** The class that owns others, and the name of the property. @type {Record<string, { type: string, property: string }>} */
const OWNERS = {
  'src/bindings/session/session.ts': { type: 'Session', property: 'session' },
  'src/bindings/sftp/sftp.ts': { type: 'Sftp', property: 'sftp' },
}

/**
 * Whether `path` takes only the type of its owner from `target`, for nothing but properties and parameters that are named after it.
 * @param {string} path
 * @param {string} target
 * @param {boolean} typeOnly
 */
export function namesItsOwner(path, target, typeOnly) {
  const owner = OWNERS[target]
  if (!owner || !typeOnly) return false
  let only = true
  /** @param {ts.Node} node */
  const visit = node => {
    if (ts.isImportDeclaration(node)) {
      const named = node.importClause?.namedBindings
      const isOwner = ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text.endsWith(`/${target.split('/').at(-1)}`)
      if (isOwner && named && ts.isNamedImports(named) && named.elements.some(({ name }) => name.text !== owner.type)) only = false
      return
    }
    if (ts.isIdentifier(node) && node.text === owner.type && !isTypeOf(node, owner.property)) only = false
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true))
  return only
}

/** @param {ts.Identifier} node @param {string} property */
function isTypeOf({ parent }, property) {
  const declaration = ts.isTypeReferenceNode(parent) ? parent.parent : undefined
  return declaration !== undefined && (ts.isPropertyDeclaration(declaration) || ts.isParameter(declaration)) && declaration.name.getText() === property
}
