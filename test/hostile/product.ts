import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Connection } from '../support/scripted-server.ts'
import { hostileMessages, isUnknown, stretchedMessages } from './messages.ts'
import { hostilePackets } from './packets.ts'
import type { State } from './states.ts'
import { type Visit, visit } from './visit.ts'

/** `npm run test:hostile` tries all; npm test every so manieth of each state, another part for each. */
const everything = process.env.HOSTILE === 'full'
const STRIDE = everything ? 1 : 83
/** Sessions at once: the time that a server waits for a silent client passes for all of them. */
const AT_ONCE = 16

interface Case {
  readonly what: string
  readonly type: number
  send(connection: Connection, channel: number): void
}

/** All that a server may say wrongly at a time. */
export const cases: readonly Case[] = [
  ...hostileMessages().map(({ type, name, how, times }, at): Case => ({
    what: `${type} ${name}: ${how}`,
    type,
    send(connection, channel) {
      const { payload } = hostileMessages(channel)[at]!
      for (let i = 0; i < times; i++) connection.send(payload)
    },
  })),
  ...stretchedMessages().map(({ type, name, how }, at): Case => ({ what: `${type} ${name}: ${how}`, type, send: (connection, channel) => connection.send(stretchedMessages(channel)[at]!.make()) })),
  ...hostilePackets.map(({ how, payload, fault }): Case => ({ what: how, type: 2, send: (connection) => connection.send(payload, fault) })),
]

interface Row {
  readonly state: string
  readonly tried: number
  readonly worked: number
  readonly ended: number
  readonly hungUp: number
  readonly errors: Record<string, number>
}
/** What the server itself said on the open channel, or the one that is about to be opened; a client that hands it on does right. */
const isContent = (state: State, type: number) => ['logged in', 'streaming', 're-key', 're-key, before NEWKEYS', 're-keyed', 'half closed', 'SFTP open', 'channel opening', 'request pending'].includes(state.name) && [94, 95, 96, 97].includes(type)

/** What is wrong with how it went, if anything is. */
function judge(state: State, one: Case, { result, same, hungUp, finding }: Visit): string | undefined {
  if (finding !== undefined) return finding
  if (hungUp === 'everything was sent') return 'the client waits for what has come'
  if (hungUp !== false && isUnknown(one.type)) return 'the client waits behind a message that nobody knows'
  if (result !== 'worked') return undefined
  if (state.nothingElse) return 'strict key exchange went on'
  return same || isContent(state, one.type) ? undefined : 'wrong bytes, and no error'
}

async function outcome(state: State, one: Case, index: number): Promise<Visit> {
  const lie = async (connection: Connection, channel: number) => {
    one.send(connection, channel)
    // Of every two, one finds the client before it has got anything else.
    if (index % 2) await new Promise((resolve) => { setTimeout(resolve, 5) })
  }
  const first = await visit(state, lie)
  // A machine with much to do is silent, too.
  return first.hungUp === false || first.finding !== undefined ? first : visit(state, lie, { patience: 5_000 })
}

/** Tests of each state with each case. What came of them goes into build/hostile/NAME.json. */
export function tryEach(name: string, states: readonly State[]): void {
  const rows: Row[] = []
  const findings: string[] = []
  /** What made the client wait until the server hung up. */
  const waits: string[] = []

  const report = () => {
    const folder = fileURLToPath(new URL('../../build/hostile/', import.meta.url))
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}${name}.json`, `${JSON.stringify({ everything, rows, findings, waits }, undefined, 1)}\n`)
  }

  it.each(states.map((state, at) => [state.name, state, at] as const))('%s: nothing, then everything that may be wrong', async (_, state, at) => {
    expect(await visit(state, () => {}, { patience: 60_000 })).toEqual({ result: 'worked', same: true, hungUp: false })
    const errors: Record<string, number> = {}
    const found: string[] = []
    let tried = 0
    let worked = 0
    let hungUp = 0
    const queue = [...cases.entries()].filter(([index]) => index % STRIDE === at % STRIDE).values()
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (const [index, one] of queue) {
        const visited = await outcome(state, one, index)
        const finding = judge(state, one, visited)
        tried++
        if (finding !== undefined) found.push(`${state.name}; ${one.what}: ${finding}`)
        if (visited.result === 'worked') worked++
        else errors[visited.result] = (errors[visited.result] ?? 0) + 1
        if (visited.hungUp !== false) {
          hungUp++
          waits.push(`${state.name}; ${one.what}; ${visited.hungUp}: ${visited.result}`)
        }
      }
    }))
    rows.push({ state: state.name, tried, worked, ended: tried - worked, hungUp, errors })
    findings.push(...found)
    report()
    expect(found).toEqual([])
  }, everything ? 7_200_000 : 300_000)
}
