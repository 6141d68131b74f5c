// What speaks against publishing: pure functions of what was found, also for tests.

/** Scripts that npm runs where a package is installed. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare']

/** What each tarball must have, whatever package it is. */
const EVERYWHERE = ['package.json', 'README.md', 'LICENSE']

/** @param {string} name @param {Readonly<Record<string, string>>} scripts @returns {string[]} */
const installScripts = (name, scripts) => INSTALL_SCRIPTS.filter(script => scripts[script]).map(script => `${name} has a script "${script}", which would run where the package is installed`)

/** @param {readonly string[]} files @param {readonly string[]} wanted */
const missing = (files, wanted) => wanted.filter(file => !files.includes(file)).map(file => `${file} is not in the tarball`)

/**
 * Reasons why this tree must not be published; empty if it may.
 * @param {object} release
 * @param {string} release.version
 * @param {string} release.changelog
 * @param {string} release.status of `git status --porcelain`
 * @param {string} release.tags of `git tag --points-at HEAD`
 * @param {Readonly<Record<string, string>>} release.scripts of package.json
 * @param {string} release.repository address in package.json
 * @param {readonly string[]} release.files paths in the tarball
 */
export function objections({ version, changelog, status, tags, scripts, repository, files }) {
  const list = []
  if (status.trim() !== '') list.push('the work tree has changes that are not committed')
  if (!changelog.includes(`## ${version} `) && !changelog.includes(`## ${version}\n`)) list.push(`CHANGELOG.md has no entry for ${version}`)
  if (changelog.includes(`## ${version} (unreleased)`)) list.push(`CHANGELOG.md says that ${version} is unreleased`)
  if (/^## Unreleased$/mi.test(changelog)) list.push('CHANGELOG.md has a section "Unreleased": its lines belong to a version')
  if (!tags.split('\n').includes(`v${version}`)) list.push(`the commit has no tag v${version}`)
  if (isPlaceholder(repository)) list.push(`the repository's address is a placeholder (${repository}): set OWNER in package.config.mjs and run node scripts/build/package-metadata.mjs`)
  list.push(...installScripts('package.json', scripts))
  for (const file of files) if (!/^(dist\/|docs\/|package\.json$|LICENSE$|[\w/-]+\.md$|bench\/results\.svg$)/.test(file)) list.push(`${file} is in the tarball`)
  list.push(...missing(files, [...EVERYWHERE, 'CHANGELOG.md', 'SECURITY.md', 'dist/index.js', 'dist/index.d.ts', 'dist/libssh2.wasm', 'dist/build-info.json', 'dist/sbom.cdx.json', 'dist/vex.cdx.json', 'dist/THIRD-PARTY-NOTICES.txt']))
  return list
}

/** An address that nobody has filled in. @param {string} address */
export const isPlaceholder = address => /\bOWNER\b/.test(address)

/**
 * The same for a package beside the core.
 * @param {{ name: string, scripts?: Readonly<Record<string, string>>, repository: { url: string }, dependencies?: Readonly<Record<string, string>> }} manifest
 * @param {readonly string[]} files paths in its tarball
 * @param {string} version of the core
 */
export function packageObjections({ name, scripts = {}, repository, dependencies = {} }, files, version) {
  const list = [...installScripts('package.json', scripts), ...missing(files, EVERYWHERE)]
  if (isPlaceholder(repository.url)) list.push(`the repository's address is a placeholder (${repository.url})`)
  for (const file of files) if (/^(src|test|build)\/|\.map$|(?<!\.d)\.ts$/.test(file)) list.push(`${file} is in the tarball`)
  const core = dependencies['libssh2-wasm']
  if (core !== undefined && core !== `^${version}`) list.push(`it depends on libssh2-wasm ${core}; this is ${version}`)
  return list.map(objection => `${name}: ${objection}`)
}

/**
 * Why npm would refuse, or be unable, to publish with provenance.
 * @param {string} workflow the text of the workflow that publishes
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function provenanceObjections(workflow, env) {
  const list = []
  if (!/id-token: write/.test(workflow)) list.push('.github/workflows/release.yml has no id-token: write, without which npm gets no identity to sign with')
  if (!workflow.includes('npm run release -- --publish')) list.push('.github/workflows/release.yml does not publish')
  if (!env.ACTIONS_ID_TOKEN_REQUEST_URL && !env.SIGSTORE_ID_TOKEN) list.push('this is no CI with an identity (OIDC): provenance needs one, as .github/workflows/release.yml has it')
  return list
}

/**
 * What the papers of the tarball lack: the bill of materials, the vulnerabilities, the notices.
 * @param {{ components: readonly { type: string, name: string, version?: string | undefined, purl?: string | undefined, cpe?: string | undefined, licenses?: readonly unknown[] | undefined }[] }} sbom
 * @param {{ vulnerabilities: readonly { id: string, analysis?: { state?: string | undefined, detail?: string | undefined } | undefined }[] }} vex
 * @param {string} notices
 * @param {readonly string[]} patched identifiers that the ledger of patches names
 */
export function paperObjections(sbom, vex, notices, patched) {
  const list = []
  for (const { type, name, version, purl, cpe, licenses } of sbom.components) {
    if (type !== 'library') continue
    if (!purl) list.push(`dist/sbom.cdx.json: ${name} has no purl`)
    if (version === 'unknown') list.push(`dist/sbom.cdx.json: ${name} has no version`)
    // npm packages and dlmalloc are found by their purl; nobody gives them a CPE.
    if (!cpe && !purl?.startsWith('pkg:npm/') && name !== 'dlmalloc') list.push(`dist/sbom.cdx.json: ${name} has no CPE`)
    if (!licenses?.length) list.push(`dist/sbom.cdx.json: ${name} has no licence`)
    if (!notices.toLowerCase().includes(`==== ${name}`.toLowerCase())) list.push(`dist/THIRD-PARTY-NOTICES.txt: ${name} is missing`)
  }
  for (const name of ['musl', 'dlmalloc', 'compiler-rt']) if (!sbom.components.some(component => component.name === name)) list.push(`dist/sbom.cdx.json: ${name}, which emcc links in, is missing`)
  if (!/==== musl[\s\S]*?Permission is hereby granted, free of charge/.test(notices)) list.push("dist/THIRD-PARTY-NOTICES.txt: musl's MIT licence is missing")
  for (const { id, analysis } of vex.vulnerabilities) if (!analysis?.state || !analysis.detail) list.push(`dist/vex.cdx.json: ${id} has no judgement with a reason`)
  for (const id of patched) if (!vex.vulnerabilities.some(known => known.id === id)) list.push(`dist/vex.cdx.json: ${id}, which deps/libssh2/FIXES.md names, is missing`)
  return list
}
