// The entries of the package, from package.json: what to build, what a name means in tests, what must be documented.
import { existsSync, readFileSync } from 'node:fs'

const { name, exports, imports, bin = {} } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/** The source of a subpath: in its own folder, or a transport. */
function sourceOf(entry) {
  const candidates = entry === 'index' ? ['src/index.ts'] : [`src/${entry}/index.ts`, `src/transports/${entry}.ts`]
  const root = new URL('../../', import.meta.url)
  return candidates.find(path => existsSync(new URL(path, root))) ?? candidates[0]
}

/**
 * `{ specifier, entry, source, commonJs }` of each module that can be imported: its name for importers, in dist/, and in src/. `commonJs`: Node loads
 * dist/commonjs/ENTRY.cjs, with `require` and, through ENTRY.mjs, with `import`.
 */
export const modules = Object.entries(exports).filter(([, target]) => target.default?.endsWith('.js')).map(([subpath, target]) => {
  const entry = subpath === '.' ? 'index' : subpath.slice(2)
  return { specifier: subpath.replace('.', name), entry, source: sourceOf(entry), commonJs: target.node !== undefined }
})

/**
 * `{ door, conditions, entry, source }` of each implementation that package.json's "imports" choose from: dist/DOOR-RUNTIME.js is built from
 * src/transports/DOOR/RUNTIME.ts.
 */
export const doors = Object.entries(imports).flatMap(([door, targets]) => [...new Set(Object.values(targets))].map(path => {
  const entry = path.replace(/^.*\//, '').replace(/\.js$/, '')
  const conditions = Object.keys(targets).filter(condition => targets[condition] === path)
  return { door, conditions, entry, source: `src/transports/${entry.replace(/-(?=[^-]+$)/, '/')}.ts` }
}))

/** `{ entry, source }` of each program: dist/NAME.js is built from src/cli/NAME.ts. */
export const programs = Object.values(bin).map(path => {
  const entry = path.replace(/^.*\//, '').replace(/\.js$/, '')
  return { entry, source: `src/cli/${entry}.ts` }
})
