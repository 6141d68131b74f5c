import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { validate as dockerfileProblems } from 'dockerfile-utils'
import { Deployment } from 'kubernetes-models/apps/v1'
import { Service } from 'kubernetes-models/v1'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { requirePeer } from '../support/require-peer.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { main } from '../../packages/gateway/src/cli/main.ts'
import { SETTINGS } from '../../packages/gateway/src/cli/settings.ts'

const deploy = (name: string) => fileURLToPath(new URL(`../../packages/gateway/deploy/${name}`, import.meta.url))
const text = (name: string) => readFileSync(deploy(name), 'utf8')
const project = fileURLToPath(new URL('../../', import.meta.url))
const program = (name: string) => `${project}node_modules/.bin/${name}`

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

  test('Dockerfile: dockerfile-utils finds nothing in it', () => {
    expect(dockerfileProblems(text('Dockerfile'))).toEqual([])
    expect(dockerfileProblems(text('Dockerfile').replace('STOPSIGNAL SIGTERM', 'STOPSIGNAL TERM')).map(({ message }) => message)).toEqual(['Invalid signal: TERM'])
  })

  test('compose.yaml: dclint finds nothing in it', () => {
    const complaints = (path: string) => spawnSync(program('dclint'), ['--max-warnings', '0', '--formatter', 'json', path], { encoding: 'utf8' })
    expect(complaints(deploy('compose.yaml'))).toMatchObject({ status: 0 })
    writeFileSync(folder.file('compose.yaml'), text('compose.yaml').replace('restart: unless-stopped', 'restarts: unless-stopped'))
    expect(complaints(folder.file('compose.yaml'))).toMatchObject({ status: 1, stdout: expect.stringContaining('must NOT have additional properties') as unknown })
  })

  test('kubernetes.yaml is by the schemas of Kubernetes, and has no field that they do not', () => {
    const [deployment, service] = parseAllDocuments(text('kubernetes.yaml')).map((document) => document.toJS() as unknown) as [ConstructorParameters<typeof Deployment>[0], ConstructorParameters<typeof Service>[0]]
    new Deployment(deployment).validate()
    new Service(service).validate()
    expect(() => new Deployment({ ...deployment, spec: { ...deployment?.spec, replicas: 'one' } } as never).validate()).toThrow('replicas must be integer')
    // The schemas let unknown fields pass; TypeScript does not let a literal have them.
    symlinkSync(`${project}node_modules`, folder.file('node_modules'))
    const typed = (value: unknown) => {
      writeFileSync(folder.file('manifest.ts'), `import type { IDeployment } from 'kubernetes-models/apps/v1'\nimport type { IService } from 'kubernetes-models/v1'\nexport const deployment: IDeployment = ${JSON.stringify(value)}\nexport const service: IService = ${JSON.stringify(service)}\n`)
      return spawnSync(process.execPath, [`${project}node_modules/typescript/bin/tsc`, '--noEmit', '--ignoreConfig', '--strict', '--skipLibCheck', '--types', 'node', '--module', 'nodenext', folder.file('manifest.ts')], { encoding: 'utf8' }).stdout
    }
    expect(typed(deployment)).toBe('')
    expect(typed(JSON.parse(JSON.stringify(deployment).replace('livenessProbe', 'livelinessProbe')))).toMatch(/livelinessProbe.* does not exist in type 'IContainer'/)
  }, 60_000)

  test('traefik.yaml: its router and its service are each other\'s, and lead to the gateway', () => {
    const { http } = parse(text('traefik.yaml')) as { http: { routers: Record<string, { service: string }>, services: Record<string, { loadBalancer: { servers: { url: string }[], healthCheck: { path: string } } }> } }
    expect(Object.values(http.routers).map(({ service }) => service)).toEqual(Object.keys(http.services))
    expect(http.services['gateway']?.loadBalancer).toMatchObject({ servers: [{ url: 'http://127.0.0.1:8022' }], healthCheck: { path: '/readyz' } })
  })

  test.runIf(requirePeer('systemd-analyze'))('systemd takes the units', () => {
    const verify = (service: string) => {
      writeFileSync(folder.file('gateway.service'), service.replace('/usr/bin/node', process.execPath))
      writeFileSync(folder.file('gateway.socket'), text('gateway.socket'))
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', folder.file('gateway.socket'), folder.file('gateway.service')], { encoding: 'utf8' })
      return stderr.split('\n').filter((line) => /gateway\.(service|socket):\d+|Unknown|Failed to parse/.test(line))
    }
    expect(verify(text('gateway.service'))).toEqual([])
    expect(verify(text('gateway.service').replace('DynamicUser=yes', 'DynamicUsers=yes'))).not.toEqual([])
  })
})
