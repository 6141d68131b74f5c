import { expect, test } from 'vitest'
import { cvesSince, debianUpstream, newestTag, openInTracker } from '../../../scripts/upstream.mjs'

const changelog = `lib (1.2.4-1) unstable; urgency=medium

  * New release: fixes CVE-2030-0004
 -- somebody

lib (1:1.2.3-3) unstable; urgency=medium

  * Fix CVEs CVE-2030-0002
    CVE-2030-10003
 -- somebody

lib (1.2.3-1) unstable; urgency=medium

  * New release, which fixes CVE-2030-0001
 -- somebody

lib (1.2.2-9) unstable; urgency=medium

  * CVE-2029-9999
 -- somebody
`

test('CVEs count that Debian has mended on top of the pinned version, or that a newer one mends', () => {
  expect(cvesSince(changelog, '1.2.3')).toEqual(['CVE-2030-0002', 'CVE-2030-0004', 'CVE-2030-10003'])
  expect(cvesSince(changelog, '1.2.4')).toEqual([])
})

test.each([['1.11.1-6', '1.11.1'], ['1:1.3.dfsg+really1.3.2-4', '1.3.2'], ['20250501-1', '20250501'], ['1.0.22', '1.0.22']])('%s of Debian is %s', (version, upstream) => {
  expect(debianUpstream(version)).toBe(upstream)
})

test('open ones of the tracker are those of sid', () => {
  const of = (status: string) => ({ releases: { sid: { status }, bookworm: { status: 'open' } } })
  expect(openInTracker({ lib: { 'CVE-2030-0001': of('open'), 'CVE-2030-0002': of('resolved'), 'TEMP-1': of('open') } }, 'lib')).toEqual(['CVE-2030-0001'])
  expect(openInTracker({}, 'lib')).toEqual([])
})

test.each([
  ['a\trefs/tags/libssh2-1.11.1\nb\trefs/tags/libssh2-1.9.0\nc\trefs/tags/RELEASE.0.12\n', '1.11.1'], ['a\trefs/tags/v3.6.7\nb\trefs/tags/v3.6.10\nc\trefs/tags/v4.0.0-beta\n', '3.6.10'],
  ['a\trefs/tags/1.0.22-RELEASE\n', '1.0.22'], ['', undefined],
])('the newest tag of %j is %s', (tags, version) => {
  expect(newestTag(tags)).toBe(version)
})
