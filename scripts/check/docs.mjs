// Finds faults in the documentation that a program can see: dead links, npm scripts that do not exist, and
// exported names without a documentation comment.
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import ts from 'typescript'
import { modules } from '../build/entries.mjs'
import { lineAt, linksOf, projectFiles, read, report } from './files.mjs'

const findings = []

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
const pages = projectFiles('.').filter(path => path.endsWith('.md'))
for (const page of pages) {
  const text = read(page)
  const at = match => `${page}:${lineAt(text, match.index)}`
  for (const { link, target, line } of linksOf(page, text)) if (!existsSync(target)) findings.push(`${page}:${line}: links to ${link}, which does not exist`)
  for (const match of text.matchAll(/\bnpm (?:run )?(test|[\w:-]+)(?=[`\s])/g)) {
    const named = match[0].startsWith('npm run ') || match[1] === 'test'
    if (named && !scripts[match[1]]) findings.push(`${at(match)}: there is no npm script "${match[1]}"`)
  }
}

const entries = modules.map(({ source }) => source)
const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', path => ts.sys.readFile(path)).config, ts.sys, '.')
const program = ts.createProgram(entries, options)
const checker = program.getTypeChecker()
let documented = 0

/** Generated constants have the comments of libssh2's headers and man pages. */
const ours = declaration => declaration && !declaration.getSourceFile().isDeclarationFile && !declaration.getSourceFile().fileName.includes('.gen.')

function place(declaration) {
  const file = declaration.getSourceFile()
  return `${posix.relative(process.cwd(), file.fileName)}:${file.getLineAndCharacterOfPosition(declaration.getStart()).line + 1}`
}

/** @param {ts.Symbol | undefined} symbol */
const hasComment = symbol => (symbol?.getDocumentationComment(checker).length ?? 0) > 0

/** An interface may be documented by the comments of its members. */
function isDocumented(symbol, declaration) {
  if (hasComment(symbol)) return true
  return ts.isInterfaceDeclaration(declaration) &&
    declaration.members.some(member => member.name && hasComment(checker.getSymbolAtLocation(member.name)))
}

function visit(symbol, name, seen) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const declaration = target.declarations?.[0]
  if (seen.has(target) || !ours(declaration)) return
  seen.add(target)
  if (!isDocumented(target, declaration)) findings.push(`${place(declaration)}: ${name} has no documentation comment`)
  else documented++
  // Methods of classes need a comment; fields of plain data may be clear from their names.
  if (!ts.isClassDeclaration(declaration)) return
  for (const member of declaration.members) {
    const hidden = ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override)
    const method = ts.isMethodDeclaration(member) || ts.isGetAccessor(member)
    if (!method || hidden || !ts.isIdentifier(member.name)) continue
    if (!hasComment(checker.getSymbolAtLocation(member.name))) findings.push(`${place(member)}: ${name}.${member.name.text} has no documentation comment`)
    else documented++
  }
}

const seen = new Set()
for (const entry of entries) {
  const file = program.getSourceFile(entry)
  if (!file) continue
  const entryModule = checker.getSymbolAtLocation(file)
  for (const symbol of entryModule ? checker.getExportsOfModule(entryModule) : []) visit(symbol, symbol.name, seen)
}

report(findings, `${pages.length} pages, ${documented} exported names with documentation comments`)
