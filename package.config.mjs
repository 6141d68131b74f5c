// Where this project lives: the one place for it. `node scripts/build/package-metadata.mjs` writes it into each package.json, and `npm run release`
// refuses while OWNER is a placeholder.

/** The account that the repository belongs to. */
export const OWNER = 'OWNER'

const repository = `https://github.com/${OWNER}/libssh2-wasm`

/** What every package of this repository says about itself. @param {string} directory the package's folder in the repository, '' for the core */
export const metadata = directory => ({
  author: 'The libssh2-wasm authors',
  license: 'MIT',
  homepage: directory ? `${repository}/tree/main/${directory}#readme` : `${repository}#readme`,
  bugs: { url: `${repository}/issues` },
  repository: { type: 'git', url: `git+${repository}.git`, ...directory ? { directory } : {} },
  funding: { type: 'github', url: `https://github.com/sponsors/${OWNER}` },
})
