import { describe, expect, test } from 'vitest'
import { type ForwardKind, parseForward } from '../../../src/openssh/forward-spec.ts'
import { parseJumpHost } from '../../../src/openssh/config/values.ts'

describe('parseForward', () => {
  const right: readonly (readonly [ForwardKind, string, unknown])[] = [
    ['local', '8080:host:80', { listen: { port: 8080 }, connect: { host: 'host', port: 80 } }],
    ['local', 'bind:8080:host:80', { listen: { host: 'bind', port: 8080 }, connect: { host: 'host', port: 80 } }],
    ['local', ':8080:host:80', { listen: { host: '', port: 8080 }, connect: { host: 'host', port: 80 } }],
    ['local', '*:8080:[::1]:80', { listen: { host: '*', port: 8080 }, connect: { host: '::1', port: 80 } }],
    ['local', '[fe80::1%eth0]:1:h:65535', { listen: { host: 'fe80::1%eth0', port: 1 }, connect: { host: 'h', port: 65535 } }],
    ['local', '1:2:h:80', { listen: { host: '1', port: 2 }, connect: { host: 'h', port: 80 } }],
    ['local', '/a:/b', { listen: { path: '/a' }, connect: { path: '/b' } }],
    ['local', '/a:h:1', { listen: { path: '/a' }, connect: { host: 'h', port: 1 } }],
    ['local', '1:/b', { listen: { port: 1 }, connect: { path: '/b' } }],
    ['local', 'x:1:/b', { listen: { host: 'x', port: 1 }, connect: { path: '/b' } }],
    ['remote', '0:h:1', { listen: { port: 0 }, connect: { host: 'h', port: 1 } }],
    ['remote', '8080', { listen: { port: 8080 } }],
    ['remote', 'x:8080', { listen: { host: 'x', port: 8080 } }],
    ['remote', '/a', { listen: { path: '/a' } }],
    ['dynamic', '1080', { listen: { port: 1080 } }],
    ['dynamic', '[::]:1080', { listen: { host: '::', port: 1080 } }],
  ]
  test.each(right)('%s %s', (kind, text, expected) => {
    expect(parseForward(text, kind)).toEqual(expected)
  })

  const wrong: readonly (readonly [ForwardKind, string])[] = [
    ['local', ''], ['local', '80'], ['local', 'h:80'], ['local', '0:h:1'], ['local', '1:h:0'], ['local', '1:h:65536'], ['local', '1::80'], ['local', 'a:b:c'], ['local', '1:h:2:3:4'], ['local', '[::1:1:h:1'], ['local', '[a]b:1:h:1'],
    ['local', '1:h:8 0'], ['local', '-1:h:1'], ['local', '1:h:1e1'], ['dynamic', '0'], ['dynamic', '1:h:2'], ['dynamic', 'x'], ['remote', ''], ['remote', 'h:'], ['remote', '/a:1'],
  ]
  test.each(wrong)('%s %j is none', (kind, text) => {
    expect(parseForward(text, kind)).toBeUndefined()
  })
})

test.each([
  ['host', { host: 'host' }], ['me@host', { user: 'me', host: 'host' }], ['me@corp@host:1', { user: 'me@corp', host: 'host', port: 1 }], ['[::1]:22', { host: '::1', port: 22 }], ['ssh://me@host:22/', { user: 'me', host: 'host', port: 22 }], ['ssh://host', { host: 'host' }],
  ['', undefined], ['@host', undefined], ['host:0', undefined], ['host:', undefined], ['a b', undefined], ['::1', undefined], ['host:70000', undefined],
])('parseJumpHost %j', (text, expected) => {
  expect(parseJumpHost(text)).toEqual(expected)
})
