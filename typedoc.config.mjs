// The API reference, from the comments of every entry of package.json. `npm run docs` writes it as HTML, and fails on a comment that names what is not there;
// `npm run site` writes it as pages of the site (site/reference.mjs).
import { modules } from './scripts/build/entries.mjs'

/** Methods that a class inherits from Node have comments that link to others of Node's. */
const WRITABLE = 'https://nodejs.org/api/stream.html#class-streamwritable'

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  entryPoints: modules.map(({ source }) => source),
  out: 'build/reference',
  name: 'libssh2-wasm',
  readme: 'README.md',
  projectDocuments: ['docs/guides/*.md'],
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  externalSymbolLinkMappings: { '@types/node': { '*': WRITABLE } },
  validation: { notExported: false, invalidLink: true },
  treatWarningsAsErrors: true,
  skipErrorChecking: true,
}
