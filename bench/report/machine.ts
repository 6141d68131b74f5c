/** The machine and the programs of a run. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'

function said(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch {
    return ''
  }
}

const version = (name: string) => (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version

function debianVersion(name: string): string {
  return /^Version: (.*)$/m.exec(said('dpkg-query', '--status', name))?.[1] ?? ''
}

/** Lines of Markdown. */
export function machine(command: string): string[] {
  const built = JSON.parse(readFileSync('dist/build-info.json', 'utf8')) as { sources?: Record<string, { version?: string }> }
  const sources = Object.entries(built.sources ?? {}).map(([name, { version: number }]) => `${name} ${number ?? ''}`.trim())
  return [
    `- ${new Date().toISOString().slice(0, 10)}, commit ${said('git', 'rev-parse', '--short', 'HEAD')}: \`${command}\``,
    `- ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB; Linux ${release()}; load when it began: ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}`,
    `- Node ${process.versions.node} (OpenSSL ${process.versions.openssl}), OpenSSH ${debianVersion('openssh-server')}, npm ssh2 ${version('ssh2')}, dev-tunnels-ssh ${version('@microsoft/dev-tunnels-ssh')}, Chromium ${debianVersion('chromium') || 'none'}`,
    ...sources.length > 0 ? [`- this library: ${sources.join(', ')}`] : [],
  ]
}
