/// `libssh2-wasm-gateway ticket`: makes a key pair for tickets, and tickets by hand. Backends use `mintTicket`.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { JWK } from 'jose'
import { mintTicket } from '../authorize/mint-ticket.ts'
import { readText, UsageError } from './settings.ts'

export const TICKET_USAGE = `libssh2-wasm-gateway ticket --new-key FILE        writes a private key to FILE, and its public key, a JWK set, to stdout
libssh2-wasm-gateway ticket --key FILE --audience NAME --user NAME [--target RULE …] [--session-seconds N] [--seconds N] [--issuer NAME]`

export async function ticket(args: readonly string[]): Promise<string> {
  const { values } = parsed(args)
  const created = values['new-key']
  if (created !== undefined) return newKey(created)
  const { key, audience, user, target, issuer } = values
  if (key === undefined || audience === undefined || user === undefined) throw new UsageError('ticket needs --key, --audience and --user, or --new-key')
  let jwk: JWK
  try {
    jwk = JSON.parse(readText(key, 'the key')) as JWK
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${key} is not a JWK`)
  }
  return mintTicket({ key: jwk, audience, user, targets: target, issuer, sessionSeconds: count(values['session-seconds'], '--session-seconds'), seconds: count(values.seconds, '--seconds') })
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: {
      'new-key': { type: 'string' }, key: { type: 'string' }, audience: { type: 'string' }, user: { type: 'string' }, issuer: { type: 'string' },
      target: { type: 'string', multiple: true }, 'session-seconds': { type: 'string' }, seconds: { type: 'string' },
    } })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

async function newKey(path: string): Promise<string> {
  const { exportJWK, generateKeyPair, calculateJwkThumbprint } = await import('jose')
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const shown = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(shown)
  try {
    writeFileSync(path, `${JSON.stringify({ ...await exportJWK(privateKey), kid, alg: 'EdDSA' })}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new UsageError(`the key cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'error'} ${path}`)
  }
  return JSON.stringify({ keys: [{ ...shown, kid, alg: 'EdDSA', use: 'sig' }] })
}

function count(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${flag} needs a whole number`)
  return Number(text)
}
