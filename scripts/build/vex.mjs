// Writes dist/vex.cdx.json, a CycloneDX VEX beside the SBOM: which published vulnerabilities of the libraries inside do not affect the package, and why.
// From deps/NAME/cves.txt, whose states are checked against the patches and files of this build, and for what emcc links in against the linker's map. Only stable data.
import { readFileSync, writeFileSync } from 'node:fs'
import { judged, objectionTo, readCves } from './cves.mjs'

const { sources, runtime } = JSON.parse(readFileSync('dist/build-info.json', 'utf8'))
const sbom = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8'))

/** What CycloneDX calls the states: mended by our patch, not compiled, mended by the version. */
const ANALYSIS = {
  patched: ({ about }) => ({ state: 'resolved_with_pedigree', detail: `Patch ${about} of this package mends it.` }),
  absent: ({ about }) => ({ state: 'not_affected', justification: 'code_not_present', detail: `${about} is not compiled into libssh2.wasm.` }),
  fixed: ({ about }) => ({ state: 'resolved', detail: `Upstream mended it in ${about} or before.` }),
}

const vulnerabilities = judged().flatMap(library => readCves(library).map(cve => {
  const source = sources[library] ?? { version: runtime[library], patches: [] }
  // A tree that somebody gave instead of the pinned tarball has no version, and its maker vouches for it.
  const wrong = source.version === 'given' ? undefined : objectionTo(cve, source)
  if (wrong) throw new Error(`deps/${library}/cves.txt: ${cve.id}: ${wrong}`)
  const { id, text } = cve
  return {
    'bom-ref': `${id}:${library}`, id, source: { name: 'NVD', url: `https://nvd.nist.gov/vuln/detail/${id}` }, description: text,
    analysis: ANALYSIS[cve.state](cve), affects: [{ ref: `urn:cdx:${sbom.serialNumber.replace('urn:uuid:', '')}/${sbom.version}#${library}` }],
  }
}))

writeFileSync('dist/vex.cdx.json', `${JSON.stringify({
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', bomFormat: 'CycloneDX', specVersion: '1.6', version: 1,
  metadata: { component: sbom.metadata.component }, vulnerabilities,
}, null, 2)}\n`)
