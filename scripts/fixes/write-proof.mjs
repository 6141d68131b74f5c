// write-proof.mjs ROWS : deps/libssh2/FIXES-PROOF.md from the rows of scripts/fixes-without.sh.
import { readFileSync } from 'node:fs'

console.log(`# What happens without each patch

Written by \`scripts/fixes-without.sh\`: libssh2 with all patches but one (and but those later ones that build on its lines), on which the tests
of \`test/fixes/\` that bear its number are run. With all patches applied the same tests pass, in the sanitizer build and in the release build.

| without | and without | build | what the first failing test shows |
|---|---|---|---|
${readFileSync(process.argv[2], 'utf8').trim()}`)
