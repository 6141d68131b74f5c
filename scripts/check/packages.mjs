// The packages beside the core are developed with the root's devDependencies: each of their dependencies must be listed there with the same version.
import { existsSync } from 'node:fs'
import { packageManifests, read, report } from './files.mjs'

/** @type {{ version: string, name: string, devDependencies: Record<string, string> }} */
const root = JSON.parse(read('package.json'))
/** @type {string[]} */
const findings = []
const manifests = packageManifests()
for (const path of manifests) {
  /** @type {{ name: string, dependencies?: Record<string, string>, peerDependencies?: Record<string, string> }} */
  const { name, dependencies = {}, peerDependencies = {} } = JSON.parse(read(path))
  for (const [dependency, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
    if (dependency === root.name) {
      if (range !== `^${root.version}`) findings.push(`${path}: ${dependency} is ${range}; this tree is ^${root.version}`)
    } else if (root.devDependencies[dependency] !== range && dependencies[dependency]) {
      findings.push(`${path}: ${name} needs ${dependency} ${range}; package.json has ${root.devDependencies[dependency] ?? 'none'} among its devDependencies`)
    }
  }
  const licence = path.replace('package.json', 'LICENSE')
  if (!existsSync(licence) || read(licence) !== read('LICENSE')) findings.push(`${path}: ${name} needs the project's LICENSE beside it: npm packs it with the package`)
  if (!existsSync(path.replace('package.json', 'README.md'))) findings.push(`${path}: ${name} has no README.md`)
}
report(findings, `${manifests.length} packages beside the core have their dependencies in package.json`)
