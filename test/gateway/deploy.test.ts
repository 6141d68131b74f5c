import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { main } from '../../packages/gateway/src/cli/main.ts'
import { SETTINGS } from '../../packages/gateway/src/cli/settings.ts'

const deploy = (name: string) => fileURLToPath(new URL(`../../packages/gateway/deploy/${name}`, import.meta.url))
const text = (name: string) => readFileSync(deploy(name), 'utf8')
const found = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
const missing = (name: string) => {
  const there = found(name)
  if (!there) console.warn(`skipped: ${name} is not installed`)
  return !there
}

/** Where nginx would write as root; it makes them when it is asked about a file. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

describe('the files of deploy/', () => {
  let folder: TemporaryDirectory
  beforeAll(() => { folder = temporaryDirectory('gateway-deploy') })
  afterAll(() => folder.remove())

  test('gateway.json is a configuration', async () => {
    const keys = folder.file('keys.json')
    writeFileSync(keys, '{ "keys": [] }')
    writeFileSync(folder.file('gateway.json'), text('gateway.json').replace('/etc/ssh-gateway/ticket-keys.json', keys))
    expect(await main(['check', '--config', folder.file('gateway.json')])).toBe(0)
  })

  test('they name settings, paths and ports that there are', () => {
    const variables = new Set(Object.keys(SETTINGS).map((name) => `GATEWAY_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`).concat('GATEWAY_CONFIG'))
    for (const name of ['Dockerfile', 'compose.yaml', 'kubernetes.yaml', 'gateway.service']) {
      for (const [variable] of text(name).matchAll(/\bGATEWAY_[A-Z_]+/g)) expect(variables, name).toContain(variable)
      for (const [, flag] of text(name).matchAll(/ --(config|fd|port|host)\b/g)) expect(['config', ...Object.keys(SETTINGS)], name).toContain(flag)
    }
    for (const name of ['Dockerfile', 'kubernetes.yaml', 'traefik.yaml', 'nginx.conf', 'Caddyfile', 'gateway.socket']) expect(text(name), name).toContain('8022')
    for (const name of ['kubernetes.yaml', 'traefik.yaml']) expect(text(name)).toContain('/readyz')
    // What is run as nobody must be able to read it, and write nowhere.
    expect(text('Dockerfile')).toMatch(/^USER 65532:65532$/m)
    expect(text('kubernetes.yaml')).toContain('readOnlyRootFilesystem: true')
  })

  test.runIf(found('python3') && spawnSync('python3', ['-c', 'import yaml']).status === 0)('the YAML is YAML', () => {
    for (const name of ['compose.yaml', 'kubernetes.yaml', 'traefik.yaml']) execFileSync('python3', ['-c', 'import sys, yaml; [d for d in yaml.safe_load_all(open(sys.argv[1]))]', deploy(name)])
  })

  test.runIf(!missing('systemd-analyze'))('systemd takes the units', () => {
    for (const name of ['gateway.service', 'gateway.socket']) writeFileSync(folder.file(name), text(name).replace('/usr/bin/node', process.execPath))
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', folder.file('gateway.socket'), folder.file('gateway.service')], { encoding: 'utf8' })
    expect(stderr.split('\n').filter((line) => /gateway\.(service|socket):\d+|Unknown|Failed to parse/.test(line))).toEqual([])
  })

  test.runIf(!missing('caddy'))('Caddy takes its file', () => {
    execFileSync('caddy', ['validate', '--adapter', 'caddyfile', '--config', deploy('Caddyfile')], { stdio: 'pipe', env: { ...process.env, HOME: folder.path } })
  })

  test.runIf(!missing('nginx') && existsSync('/usr/bin/openssl'))('nginx takes its part', () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', folder.file('key'), '-out', folder.file('pem'), '-days', '1', '-subj', '/CN=gw.example'], { stdio: 'pipe' })
    const part = text('nginx.conf').replace('/etc/ssl/gw.example.pem', folder.file('pem')).replace('/etc/ssl/gw.example.key', folder.file('key'))
    writeFileSync(folder.file('nginx.conf'), `pid ${folder.file('pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${TEMPORARY.map((kind) => `${kind}_temp_path ${folder.file(kind)};`).join('\n')}\n${part}\n}\n`)
    execFileSync('nginx', ['-t', '-p', folder.path, '-c', folder.file('nginx.conf')], { stdio: 'pipe' })
  })
})
