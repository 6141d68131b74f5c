// Generates custom-elements.json from the comments of the elements: https://github.com/webcomponents/custom-elements-manifest
import { readFileSync } from 'node:fs'
import * as analyzer from '@custom-elements-manifest/analyzer/index.js'

/** Its declarations lack parts of its documented API. @type {any} */
const { create, ts } = analyzer

const NAMES = ['ssh-terminal.ts', 'ssh-terminals.ts']

/** @param {string} folder with the elements' sources */
export async function manifestOf(folder) {
  const modules = NAMES.map(name => ts.createSourceFile(`src/element/${name}`, readFileSync(`${folder}/${name}`, 'utf8'), ts.ScriptTarget.ES2022, true))
  const manifest = create({ modules, plugins: [], dev: false })
  // The package has one module.
  for (const module of manifest.modules) module.path = 'dist/index.js'
  return manifest
}
