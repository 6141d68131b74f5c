// Fails if a package of package-lock.json is missing in node_modules or has another version there. npm's own list of installed packages has the
// versions, but may still name a package whose folder is gone.
import { existsSync, readFileSync } from 'node:fs'

const packages = path => JSON.parse(readFileSync(path, 'utf8')).packages
const installed = packages('node_modules/.package-lock.json')
const differs = Object.entries(packages('package-lock.json'))
  .some(([path, entry]) => path !== '' && !entry.optional && (installed[path]?.version !== entry.version || !existsSync(`${path}/package.json`)))
process.exitCode = differs ? 1 : 0
