// Writes dist/THIRD-PARTY-NOTICES.txt: the licence texts of everything that is compiled or bundled in, from its own sources.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const NOTICES = [
  ['libssh2', 'build/src/libssh2/COPYING'],
  ['mbedTLS', 'build/src/mbedtls/LICENSE'],
  ['libsodium', 'build/src/libsodium/LICENSE'],
  ['TinySSH (sntrup761 of NTRU Prime)', 'build/src/tinyssh/LICENCE.md'],
  ['zlib', 'build/src/zlib/LICENSE'],
  ['@noble/ciphers', 'node_modules/@noble/ciphers/LICENSE'],
  ['@noble/curves', 'node_modules/@noble/curves/LICENSE'],
  ['@noble/hashes', 'node_modules/@noble/hashes/LICENSE'],
  ['@noble/post-quantum', 'node_modules/@noble/post-quantum/LICENSE'],
]
/** musl and the Emscripten runtime have no licence file that is at the same place in every toolchain. */
const RUNTIME = 'Emscripten runtime: MIT licence, Copyright (c) 2010-2014 Emscripten authors.\nmusl libc, as part of it: MIT licence, Copyright (c) 2005-2020 Rich Felker, et al.\n'

const parts = NOTICES.map(([name, file]) => {
  if (!existsSync(file)) throw new Error(`${name}: ${file} is missing`)
  return `==== ${name}\n\n${readFileSync(file, 'utf8').trim()}\n`
})
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', [...parts, `==== Emscripten and musl\n\n${RUNTIME}`].join('\n'))
