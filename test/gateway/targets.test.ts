import { describe, expect, test } from 'vitest'
import { formatAddress, isPublic, parseAddress } from '../../packages/gateway/src/policy/address.ts'
import { AllowList, parseTarget } from '../../packages/gateway/src/policy/targets.ts'

const list = new AllowList(['ssh.example.org:22', '*.fleet.example.org:22', '192.0.2.7:22', '10.1.0.0/16:2222', '[2001:db8::7]:22', '[fd00::/8]:22'])
const allowed = (path: string): boolean => {
  const target = parseTarget(path)
  return target !== undefined && list.allows(target)
}

describe('the list of targets', () => {
  test.each([
    '/tcp/ssh.example.org/22', '/tcp/SSH.Example.ORG/22', '/tcp/ssh.example.org./22', '/tcp/ssh%2Eexample%2eorg/22', '/tcp/a.fleet.example.org/22', '/tcp/a.b.fleet.example.org/22',
    '/tcp/192.0.2.7/22', '/tcp/10.1.255.255/2222', '/tcp/2001%3Adb8%3A%3A7/22', '/tcp/2001:db8:0:0:0:0:0:7/22', '/tcp/2001:DB8::0.0.0.7/22', '/tcp/fd12::1/22', '/tcp/::ffff:192.0.2.7/22', '/tcp/::ffff:c000:207/22',
  ])('allows %s', (path) => expect(allowed(path)).toBe(true))

  test.each([
    // Other names, and names around the listed ones.
    '/tcp/example.org/22', '/tcp/xssh.example.org/22', '/tcp/ssh.example.org.evil/22', '/tcp/fleet.example.org/22', '/tcp/xfleet.example.org/22', '/tcp/.fleet.example.org/22', '/tcp/a..fleet.example.org/22',
    '/tcp/ssh.example.org../22', '/tcp/localhost/22', '/tcp/localhost./22',
    // Other ports, and ports in other forms.
    '/tcp/ssh.example.org/23', '/tcp/192.0.2.7/2222', '/tcp/10.1.0.1/22', '/tcp/ssh.example.org/022', '/tcp/ssh.example.org/0x16', '/tcp/ssh.example.org/+22', '/tcp/ssh.example.org/22.0', '/tcp/ssh.example.org/%32%32',
    '/tcp/ssh.example.org/65558', '/tcp/ssh.example.org/4294967318', '/tcp/ssh.example.org/0', '/tcp/ssh.example.org/', '/tcp/ssh.example.org', '/tcp/ssh.example.org:22/22', '/tcp/ssh.example.org/22/', '/tcp/ssh.example.org/22?x', '/tcp/ssh.example.org/22#x',
    // Loopback and neighbours in every form that some resolver understands.
    '/tcp/127.0.0.1/22', '/tcp/127.1/22', '/tcp/127.0.0.1./22', '/tcp/0177.0.0.1/22', '/tcp/0x7f.0.0.1/22', '/tcp/0x7f000001/22', '/tcp/2130706433/22', '/tcp/017700000001/22', '/tcp/0/22', '/tcp/0.0.0.0/22',
    '/tcp/::1/22', '/tcp/%5B::1%5D/22', '/tcp/[::1]/22', '/tcp/[2001:db8::7]/22', '/tcp/::/22', '/tcp/::ffff:127.0.0.1/22', '/tcp/::ffff:7f00:1/22', '/tcp/::127.0.0.1/22', '/tcp/64:ff9b::7f00:1/22', '/tcp/2002:7f00:1::/22', '/tcp/fe80::1%25eth0/22', '/tcp/fd00::1%2525lo/22', '/tcp/fd00::1%25lo/22',
    '/tcp/169.254.169.254/22', '/tcp/192.0.2.07/22', '/tcp/192.0.2.7%00/22', '/tcp/192.0.2.7%20/22', '/tcp/192.0.2.263/22', '/tcp/192.0.2/22', '/tcp/10.1.0.1%2F16/2222', '/tcp/10.2.0.0/2222', '/tcp/2001:db8::8/22',
    // Other writing systems, double encoding, credentials, paths.
    '/tcp/１２７.0.0.1/22', '/tcp/ssh%E3%80%82example.org/22', '/tcp/ssh%252Eexample.org/22', '/tcp/a@ssh.example.org/22', '/tcp/a%40ssh.example.org/22', '/tcp/x%2F..%2Fssh.example.org/22', '/tcp/../tcp/ssh.example.org/22', '//tcp/ssh.example.org/22',
    'http://gateway/tcp/ssh.example.org/22', '/TCP/ssh.example.org/22', '/udp/ssh.example.org/22', '/tcp/%/22', '/tcp/%zz/22', '/tcp//22', '', '/', `/tcp/${'a.'.repeat(127)}fleet.example.org/22`, '/tcp/*.fleet.example.org/22', '/tcp/ssh.example.org%0d%0a/22',
  ])('does not allow %s', (path) => expect(allowed(path)).toBe(false))

  test.each(['example.org', ':22', 'example.org:0', 'example.org:65536', 'example.org:22x', 'http://example.org:22', '*:22', '*.*.org:22', 'a*.example.org:22', '10.0.0.0/33:22', '2001:db8::1:22', '[2001:db8::1]', '[10.0.0.1]:22', '010.0.0.1:22', '[fe80::1%eth0]:22', ''])(
    'takes no rule %s', (rule) => expect(() => new AllowList([rule])).toThrow(TypeError),
  )

  test('lets the address of a listed name be public or listed itself', () => {
    const allows = (text: string) => list.allowsAddress(parseAddress(text) as Uint8Array, 22)
    for (const address of ['93.184.215.14', '2606:2800:21f::1', '192.0.2.7', '2001:db8::7', 'fd00::5']) expect(allows(address), address).toBe(true)
    for (const address of ['127.0.0.1', '10.1.0.1', '172.31.0.1', '192.168.1.1', '100.100.100.200', '169.254.169.254', '168.63.129.16', '0.0.0.0', '224.0.0.1', '255.255.255.255', '192.0.2.8', '::1', '::', 'fe80::1', 'fc00::1', 'ff02::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::', '2001::1', '2001:db8::8']) {
      expect(allows(address), address).toBe(false)
    }
  })

  test('writes addresses as they were meant', () => {
    for (const [text, canonical] of [['0:0::1', '::1'], ['FD00:0:0:1::', 'fd00:0:0:1::'], ['::ffff:1.2.3.4', '1.2.3.4'], ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'], ['9.8.7.6', '9.8.7.6']] as const) {
      expect(formatAddress(parseAddress(text) as Uint8Array)).toBe(canonical)
    }
    expect(isPublic(parseAddress('8.8.8.8') as Uint8Array)).toBe(true)
  })
})
