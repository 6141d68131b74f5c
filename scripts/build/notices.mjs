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
/** The MIT licence, as musl and Emscripten have it. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining
a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be
included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT,
TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`
/** These have no file of their own in the toolchain's folder that is the same everywhere. dlmalloc, by Doug Lea, is in the public domain. */
const RUNTIME = [['Emscripten', 'Copyright (c) 2010-2014 Emscripten authors, see its AUTHORS file.'], ['musl', 'Copyright (c) 2005-2020 Rich Felker, et al.']]
  .map(([name, copyright]) => `==== ${name}\n\n${copyright}\n\n${MIT}\n`)

const parts = NOTICES.map(([name, file]) => {
  if (!existsSync(file)) throw new Error(`${name}: ${file} is missing`)
  return `==== ${name}\n\n${readFileSync(file, 'utf8').trim()}\n`
})
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', [...parts, ...RUNTIME].join('\n'))
