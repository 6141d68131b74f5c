// package-metadata.mjs [--check] : copies package.config.mjs into package.json and packages/*/package.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { metadata } from '../../package.config.mjs'
import { packageManifests, report } from '../check/files.mjs'

/** @type {string[]} */
const findings = []
const manifests = ['package.json', ...packageManifests()]
for (const path of manifests) {
  const before = JSON.parse(readFileSync(path, 'utf8'))
  const wanted = metadata(path.replace(/\/?package\.json$/, ''))
  const { name, version, description, keywords, ...rest } = before
  const after = { name, version, description, keywords, ...wanted, ...Object.fromEntries(Object.entries(rest).filter(([key]) => !(key in wanted))) }
  if (!description || !Array.isArray(keywords) || keywords.length < 5) findings.push(`${path}: description and at least five keywords are needed for npm's search`)
  if (JSON.stringify(before) === JSON.stringify(after)) continue
  if (process.argv.includes('--check')) findings.push(`${path}: is not what package.config.mjs says: run node scripts/build/package-metadata.mjs`)
  else writeFileSync(path, `${JSON.stringify(after, null, 2)}\n`)
}
report(findings, `${manifests.length} package.json files say what package.config.mjs says`)
