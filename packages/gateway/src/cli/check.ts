/// `libssh2-wasm-gateway check`: whether a configuration is valid, and which targets a ticket may reach.
import { formatAddress, parseAddress } from '../policy/address.ts'
import { AllowList, formatTarget, parseTarget } from '../policy/targets.ts'
import { resolveBySystem } from '../node/dial.ts'
import { checkedLimits, checkedResume } from '../policy/limits.ts'
import { gatewayOptions } from './configure.ts'
import { readSettings, readText, UsageError } from './settings.ts'

/** Its output, line by line. @throws UsageError for an invalid configuration, or a ticket that is not accepted */
export async function check(args: readonly string[]): Promise<string> {
  const { settings, rest, positionals } = readSettings(args, process.env)
  const options = gatewayOptions(settings)
  checkedLimits(options.limits)
  checkedResume(options.resume)
  const own = new AllowList(options.allow)
  const lists = [own]
  const lines = [`the configuration is valid: ${options.allow.length} ${options.allow.length === 1 ? 'rule' : 'rules'}`]
  if (rest['ticketFile'] !== undefined) {
    const answer = await options.authorize({
      target: undefined, credentials: readText(rest['ticketFile'], 'the ticket').trim(), origin: undefined, client: '127.0.0.1', peer: '127.0.0.1', headers: {}, resuming: false, signal: AbortSignal.timeout(5000),
    })
    if ('refuse' in answer) throw new UsageError(`the ticket is not accepted (${answer.refuse}): ${answer.text ?? ''}`)
    lines.push(`the ticket is ${answer.user}'s${answer.allow ? `, for ${answer.allow.join(' ')}` : ''}${answer.until ? `, until ${answer.until.toISOString()}` : ''}`)
    if (answer.allow) lists.push(new AllowList(answer.allow))
  }
  for (const text of positionals) lines.push(`${text}: ${await reachable(text, lists, own)}`)
  return lines.join('\n')
}

async function reachable(text: string, lists: readonly AllowList[], own: AllowList): Promise<string> {
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(text) ?? []
  const target = parseTarget(`/tcp/${encodeURIComponent(host)}/${port}`)
  if (!target) return 'not HOST:PORT'
  if (!lists.every((list) => list.allows(target))) return `${formatTarget(target)} is not on the list`
  if (target.address) return 'may be reached'
  let addresses: readonly string[]
  try {
    addresses = await resolveBySystem(target.host)
  } catch {
    return 'on the list, but has no address'
  }
  return addresses.map((found) => {
    const address = parseAddress(found)
    return address && own.allowsAddress(address, target.port) ? `can be reached at ${formatAddress(address)}` : `not at ${found}: it is not public and not listed itself`
  }).join(', ')
}
