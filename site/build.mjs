// npm run site [-- --short] : builds the site into build/site/html: https://vitepress.dev. Links are checked, and a dead one fails the build.
// --short: the reference has one small entry, for the tests.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'vitepress'
import { checkLinks } from './check-links.mjs'
import { FOLDER, prepare } from './prepare.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const short = process.argv.includes('--short')
execFileSync(process.execPath, ['packages/terminal/build/build.mjs', ...short ? ['--no-types'] : []], { stdio: 'inherit' })
await prepare(short ? ['sshsig'] : undefined)
await build('site')
checkLinks(`${FOLDER}/html`)
