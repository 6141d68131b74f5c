// The CommonJS build, dist/commonjs/, which Node loads for both require() and import().
//
// If a package has one build for import() and another for require(), a process that uses both loads it twice: an error of one is not an instance of
// the other's class, and they do not share compiled modules and state. So Node uses one build, in CommonJS, since every version can load that with
// both; ENTRY.mjs is the same module with named exports for `import`. Deno, Bun, workerd, browsers and bundlers (package.json's "exports")
// use only the ES modules of dist/.
import { readFileSync, writeFileSync } from 'node:fs'
import { doors, modules } from './entries.mjs'

export const COMMONJS = 'dist/commonjs'

/** package.json's "imports" for Node. @type {Map<string, string>} */
const nodeDoors = new Map(doors.filter(({ conditions }) => conditions.includes('node')).map(({ door, source }) => [door, source]))

/** @type {import('rollup').Plugin} */
export const commonJs = {
  name: 'commonjs-for-node',
  // Only Node loads these files, so the choice is made here: Jest and old bundlers do not support "imports".
  resolveId: { order: 'pre', handler: id => nodeDoors.get(id) === undefined ? null : `${process.cwd()}/${nodeDoors.get(id)}` },
  // The files are in dist/ beside the modules, and these are one folder below.
  resolveImportMeta: property => property === 'url' ? "require('node:url').pathToFileURL(require('node:path').join(__dirname, '..', 'index.js')).href" : null,
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      chunk.code = requiredWhenProvided(chunk.code)
      if (chunk.isEntry) this.emitFile({ type: 'asset', fileName: `${chunk.name}.mjs`, source: moduleOf(chunk.name, chunk.exports) })
    }
  },
}

/**
 * A module that a chunk only uses in `PART.provide(() => …)` (src/keys/steps.ts) is required there, when the part is first needed, and not when the chunk
 * loads: ciphers and hashes that few key files need. @param {string} code
 */
function requiredWhenProvided(code) {
  let changed = code
  for (const [line, name, file] of code.matchAll(/^var ([\w$]+) = (require\("\.\/[^"]+"\));\n/gm)) {
    // Whole names only, and not those in the line itself: `aes.` is also in the name of a file and in that of a cipher's pattern.
    const count = (text) => changed.replace(line, '').match(new RegExp(`(?<![\\w$.-])${name.replaceAll('$', '\\$')}${text}`, 'g'))?.length ?? 0
    const uses = count('\\.'), provided = changed.split(`provide(() => ${name}.`).length - 1
    if (uses > 0 && uses === provided) changed = changed.replace(line, '').replaceAll(`provide(() => ${name}.`, `provide(() => ${file}.`)
  }
  return changed
}

/** The ES module for a CommonJS one. @param {string} entry @param {readonly string[]} names that it exports */
function moduleOf(entry, names) {
  const lines = names.filter(name => name !== 'default').map(name => `export const ${name} = commonJs.${name}\n`)
  return `import commonJs from './${entry}.cjs'\n${lines.join('')}${names.includes('default') ? 'export default commonJs\n' : ''}`
}

/**
 * Declarations for both: those of dist/ for CommonJS, and modules that re-export them, so that a class is the same type in both. The
 * resolutions of TypeScript without the condition "node" (`bundler`) use those of dist/.
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
  for (const entry of entries) {
    const hasDefault = / as default\b/.test(readFileSync(`${COMMONJS}/${entry}.d.cts`, 'utf8'))
    writeFileSync(`${COMMONJS}/${entry}.d.mts`, `export * from './${entry}.cjs'\n${hasDefault ? `export { default } from './${entry}.cjs'\n` : ''}`)
  }
}
