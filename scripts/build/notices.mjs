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
/** compiler-rt's licence is Apache's, whose text stands in the notice of mbedTLS, with these exceptions. */
const LLVM = `Copyright (c) the LLVM project's contributors, see its CREDITS.TXT.

Apache License v2.0 with LLVM Exceptions. The text of the Apache License,
Version 2.0, is in the notice of mbedTLS above.

---- LLVM Exceptions to the Apache 2.0 License ----

As an exception, if, as a result of your compiling your source code, portions
of this Software are embedded into an Object form of such source code, you
may redistribute such embedded portions in such Object form without complying
with the conditions of Sections 4(a), 4(b) and 4(d) of the License.

In addition, if you combine or link compiled forms of this Software with
software that is licensed under the GPLv2 ("Combined Software") and if a
court of competent jurisdiction determines that the patent provision (Section
3), the indemnity provision (Section 9) or other Section of the License
conflicts with the conditions of the GPLv2, you may retroactively and
prospectively choose to deem waived or otherwise exclude such Section(s) of
the License, but only in their entirety and only with respect to the Combined
Software.`
const DLMALLOC = `This is a version (aka dlmalloc) of malloc/free/realloc written by
Doug Lea and released to the public domain, as explained at
http://creativecommons.org/publicdomain/zero/1.0/`
/** These have no licence file that is at the same place in every toolchain. */
const RUNTIME = [
  ...[['Emscripten', 'Copyright (c) 2010-2014 Emscripten authors, see its AUTHORS file.'], ['musl', 'Copyright (c) 2005-2020 Rich Felker, et al.']].map(([name, copyright]) => [name, `${copyright}\n\n${MIT}`]),
  ['dlmalloc', DLMALLOC],
  ['compiler-rt', LLVM],
].map(([name, text]) => `==== ${name}\n\n${text}\n`)

const parts = NOTICES.map(([name, file]) => {
  if (!existsSync(file)) throw new Error(`${name}: ${file} is missing`)
  return `==== ${name}\n\n${readFileSync(file, 'utf8').trim()}\n`
})
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', [...parts, ...RUNTIME].join('\n'))
