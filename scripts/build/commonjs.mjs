// The CommonJS build, dist/commonjs/: what Node loads, whichever way it is asked.
//
// A package that has one build for import() and another for require() is there twice in a process that does both: an error of the one is no instance of
// the other's class, and what the one has compiled or remembers the other does not. So Node has one, in CommonJS, since that is what both can load in
// every version; ENTRY.mjs is the same module with the names that `import` wants. Deno, Bun, workerd, browsers and bundlers (package.json's "exports")
// have the ES modules of dist/, and them alone.
import { readFileSync, writeFileSync } from 'node:fs'
import { doors, modules } from './entries.mjs'

export const COMMONJS = 'dist/commonjs'

/** What package.json's "imports" have for Node. @type {Map<string, string>} */
const nodeDoors = new Map(doors.filter(({ conditions }) => conditions.includes('node')).map(({ door, source }) => [door, source]))

/** @type {import('rollup').Plugin} */
export const commonJs = {
  name: 'commonjs-for-node',
  // Only Node loads these files, so that the choice is made here: Jest and bundlers of old know no "imports".
  resolveId: { order: 'pre', handler: id => nodeDoors.get(id) === undefined ? null : `${process.cwd()}/${nodeDoors.get(id)}` },
  // Files lie in dist/ beside the modules, and these are a folder below.
  resolveImportMeta: property => property === 'url' ? "require('node:url').pathToFileURL(require('node:path').join(__dirname, '..', 'index.js')).href" : null,
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) this.emitFile({ type: 'asset', fileName: `${chunk.name}.mjs`, source: moduleOf(chunk.name, chunk.exports) })
  },
}

/** The ES module of a CommonJS one. @param {string} entry @param {readonly string[]} names that it exports */
function moduleOf(entry, names) {
  const lines = names.filter(name => name !== 'default').map(name => `export const ${name} = commonJs.${name}\n`)
  return `import commonJs from './${entry}.cjs'\n${lines.join('')}${names.includes('default') ? 'export default commonJs\n' : ''}`
}

/**
 * Declarations of both: those of dist/ for CommonJS, and modules that have them from there, so that a class is the same type by either way. Under
 * the resolutions of TypeScript that know no condition "node" (`bundler`) all have those of dist/.
 */
export function writeCommonJsDeclarations() {
  const toCommonJs = text => text.replace(/((?:from|import) ?\(?['"]\.\/[^'"]+)\.js(?=['"])/g, '$1.cjs')
  const entries = modules.filter(({ commonJs }) => commonJs).map(({ entry }) => entry)
  /** @type {Set<string>} */
  const files = new Set(entries)
  for (const file of files) {
    const text = toCommonJs(readFileSync(`dist/${file}.d.ts`, 'utf8'))
    writeFileSync(`${COMMONJS}/${file}.d.cts`, text)
    for (const [, other] of text.matchAll(/['"]\.\/([^'"]+)\.cjs['"]/g)) files.add(other)
  }
  for (const entry of entries) writeFileSync(`${COMMONJS}/${entry}.d.mts`, `export * from './${entry}.cjs'\n`)
}
