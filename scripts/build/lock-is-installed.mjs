// Fails when a package of package-lock.json is missing in node_modules or has another version there.
import { readFileSync } from 'node:fs'

const packages = path => JSON.parse(readFileSync(path, 'utf8')).packages
const installed = packages('node_modules/.package-lock.json')
const differs = Object.entries(packages('package-lock.json'))
  .some(([path, entry]) => path !== '' && !entry.optional && installed[path]?.version !== entry.version)
process.exitCode = differs ? 1 : 0
