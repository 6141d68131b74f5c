// The public surface: types of a public signature that no entry exports. With --list, each with the first place that mentions it.
import { readFileSync, readdirSync } from 'node:fs'
import ts from 'typescript'
import { report } from './files.mjs'

/** Names that a file of dist/ declares and does not export, with the declarations that mention them. @param {string} path */
export function hiddenNames(path) {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  /** @type {Map<string, ts.Statement>} */
  const declared = new Map()
  const exported = new Set()
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) declared.set(name.getText(), statement)
    else if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) for (const element of statement.exportClause.elements) exported.add((element.propertyName ?? element.name).text)
    else if ('name' in statement && statement.name) declared.set(/** @type {ts.Identifier} */ (statement.name).text, statement)
  }
  /** @type {Map<string, string[]>} */
  const hidden = new Map()
  for (const name of declared.keys()) if (!exported.has(name)) hidden.set(name, [])
  for (const [name, statement] of declared) {
    /** @param {ts.Node} node */
    const visit = node => {
      if (ts.isIdentifier(node) && node.text !== name && !isHeritage(node)) hidden.get(node.text)?.push(name)
      ts.forEachChild(node, visit)
    }
    visit(statement)
  }
  return hidden
}

/** A base class is shown by what it gives to the class that extends it. @param {ts.Node} node */
const isHeritage = node => ts.isExpressionWithTypeArguments(node.parent) && node.parent.expression === node

const findings = []
for (const name of readdirSync('dist').filter(name => name.endsWith('.d.ts')).sort()) {
  for (const [type, users] of hiddenNames(`dist/${name}`)) {
    if (users.length > 0) findings.push(`dist/${name}: no entry exports ${type}, which is in the signature of ${[...new Set(users)].join(', ')}`)
  }
}
report(findings, 'surface: every type of a public signature is exported')
