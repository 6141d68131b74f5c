// Names the files of dist/ that are not entries after the folder in src/ that their contents come from, so that a stack trace shows it.
import { relative } from 'node:path'
import { modules } from './entries.mjs'

/** `src/keys/files/ppk/private-key.ts` is `keys-files-ppk-private-key`, `node_modules/@noble/hashes/argon2.js` is `noble-hashes-argon2`. */
function roomOf(id) {
  return relative('.', id).replaceAll('\\', '/').replace(/^(build\/types\/)?(src|.*node_modules)\//, '').replace(/(\.d)?(\.gen)?\.\w+$/, '').replace(/\/index$/, '').replace(/[^a-z0-9]+/gi, '-').replace(/^-/, '')
}

/**
 * The name of a chunk. Its importers want its last module; the others are there for that one.
 * @param {import('rollup').PreRenderedChunk} chunk
 */
export function chunkName({ name, facadeModuleId, moduleIds }) {
  if (NAMED.has(name)) return name
  const room = roomOf(facadeModuleId ?? moduleIds.at(-1))
  // The contents of an entry, if others need more of it than the entry exports.
  return ENTRIES.has(room) ? `${room}-all` : room
}

const ENTRIES = new Set(modules.map(({ entry }) => entry))

/** The chunks that rollup.config.mjs itself defines. */
const NAMED = new Set(['base', 'constants', 'core', 'node-keys', 'node-session', 'node-sftp', 'types'])
