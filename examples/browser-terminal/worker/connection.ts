import { type AuthMethod, type Client, connect, keyboardInteractive, password, publicKey, SSHError } from 'libssh2-wasm'
import { connectWebSocket } from 'libssh2-wasm/websocket'
import type { Login, PageApi, Target } from '../messages.ts'
import { hostKeyPolicy } from './host-keys.ts'
import type { Keys } from './keys.ts'

/** Milliseconds until the server has shown its host key; from then on a person thinks, and nobody hurries them. */
const PATIENCE = 20_000
const PASSWORD_TRIES = 3
/** Milliseconds; more often than gateways and NATs forget. */
const KEEPALIVE = 30_000

export async function openConnection(target: Target, login: Login, keys: Keys, page: PageApi): Promise<Client> {
  const { host, port, username, gateway, token } = target
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new SSHError('the server said nothing', { code: 'ERR_CONNECT_TIMEOUT' })), PATIENCE)
  try {
    const transport = await connectWebSocket(gatewayUrl(gateway, host, port), { protocols: ['binary', `token.${base64Url(token)}`], signal: late.signal })
    return await connect({
      transport, host, port, username, signal: late.signal,
      hostKey: hostKeyPolicy(page, () => clearTimeout(timer)),
      auth: await methods(login, keys, page),
      keepalive: { interval: KEEPALIVE },
      onBanner: (text) => void page.banner(text),
    })
  } finally {
    clearTimeout(timer)
  }
}

/** A password that was typed into the form goes first; what the server asks for itself knows better than a guess. */
async function methods({ key, password: typed }: Login, keys: Keys, page: PageApi): Promise<AuthMethod[]> {
  const interactive = keyboardInteractive(async (prompts, { name, instruction }) => {
    if (prompts.length === 0) return []
    return wanted(await page.answerPrompts({ name, instruction, prompts: prompts.map(({ text, echo }) => ({ text, echo })) }))
  })
  const passwords = Array.from({ length: PASSWORD_TRIES }, (_, attempt) => password(async () => {
    if (typed !== '' && attempt === 0) return typed
    return wanted(await page.askPassword(attempt > 0))
  }))
  return [
    ...key === '' ? [] : [publicKey(await keys.get(key))],
    ...typed === '' ? [interactive, ...passwords] : [...passwords, interactive],
  ]
}

/** @throws SSHError `CANCELLED` if the person did not answer. */
export function wanted<T>(answer: T | null): T {
  if (answer === null) throw new SSHError('cancelled', { code: 'CANCELLED' })
  return answer
}

function gatewayUrl(gateway: string, host: string, port: number): string {
  return `${gateway.replace(/\/+$/, '')}/tcp/${encodeURIComponent(host)}/${port}`
}

function base64Url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
