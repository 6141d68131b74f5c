// Module hooks of node, installed by typescript.mjs.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { stripTypes } from '../build/strip-types.mjs'

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
  const { code, map } = await stripTypes(await readFile(new URL(url), 'utf8'), fileURLToPath(url))
  const inline = Buffer.from(map).toString('base64')
  return { format: 'module', shortCircuit: true, source: `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}` }
}
