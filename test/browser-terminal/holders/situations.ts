/// What happens to a holder, by kind, in one browser. Each pair of situation and kind has an origin of its own; waits are shared.
import { setTimeout as sleep } from 'node:timers/promises'
import { descendants } from '../../support/process.ts'
import type { Driven, Window } from '../browsers/driven.ts'
import type { Kind, Who } from './kinds.ts'
import type { Site } from './site.ts'

/** Words for the table. */
export type Outcome = string

export interface Situation {
  readonly name: string
  run(browser: Driven, site: Site, kinds: readonly Kind[], seconds: number): Promise<Outcome[]>
}

interface Held {
  readonly window: Window
  readonly url: string
  readonly kind: Kind
  readonly first: Who
}

const ask = (window: Window) => window.run<Who>('return holder.ask()')

async function hold(browser: Driven, site: Site, kind: Kind): Promise<Held> {
  const url = site.origin(), window = await browser.another()
  await window.goto(url)
  const first = await window.run<Who>('return holder.start(args[0])', kind)
  if (first.socket !== 'open' || !first.wasm) throw new Error(`${kind} has not started: ${JSON.stringify(first)}`)
  return { window, url, kind, first }
}

/** Whether it is still the worker that `held` has started. `since`: when its page left or fell silent. */
function outcome(site: Site, { first }: Held, now: Who, since: number): Outcome {
  if (now.id === first.id) return now.socket === 'open' ? 'lives' : 'lives, without its connection'
  const after = (site.lastHeard(first.id) - since) / 1000
  return after < 1 ? 'ended at once' : `ended after ${Math.round(after)} s`
}

/** In all windows at once: they wait behind another one. */
async function afterWaiting(browser: Driven, site: Site, kinds: readonly Kind[], fed: boolean, wait: () => Promise<void>): Promise<Outcome[]> {
  const all: Held[] = []
  for (const kind of kinds) all.push(await hold(browser, site, kind))
  for (const { window } of all) await window.run('holder.feed(args[0]); await holder.ask()', fed)
  await browser.first.toFront()
  const since = Date.now()
  await wait()
  const outcomes: Outcome[] = []
  for (const held of all) {
    const hidden = await held.window.run<boolean>('return document.hidden')
    outcomes.push(`${outcome(site, held, await ask(held.window), since)}${hidden ? '' : ' (page visible)'}`)
  }
  for (const { window } of all) await window.close()
  return outcomes
}

/** What closing a notebook does: nothing runs, and the clock has gone on. */
async function asleep(seconds: number): Promise<void> {
  const all = descendants(process.pid)
  const signal = (name: NodeJS.Signals) => {
    for (const pid of all) {
      try {
        process.kill(pid, name)
      } catch {
        // It has ended.
      }
    }
  }
  signal('SIGSTOP')
  try {
    await sleep(seconds * 1000)
  } finally {
    signal('SIGCONT')
  }
  // Time for timers that are due, of the browser and of the page.
  await sleep(12_000)
}

const oneByOne = (one: (browser: Driven, site: Site, kind: Kind, seconds: number) => Promise<Outcome>): Situation['run'] => async (browser, site, kinds, seconds) => {
  const outcomes: Outcome[] = []
  for (const kind of kinds) outcomes.push(await one(browser, site, kind, seconds))
  return outcomes
}

export const situations = (seconds: number): readonly Situation[] => [
  { name: 'a reload', run: oneByOne(async (browser, site, kind) => {
    const held = await hold(browser, site, kind), since = Date.now()
    await held.window.reload()
    const now = await held.window.run<Who>('return holder.start(args[0])', kind)
    await held.window.close()
    return outcome(site, held, now, since)
  }) },
  { name: 'a second tab, and the first one is closed', run: oneByOne(async (browser, site, kind) => {
    const held = await hold(browser, site, kind), second = await browser.another()
    await second.goto(held.url)
    const same = await second.run<Who>('return holder.start(args[0])', kind)
    if (same.id !== held.first.id) return 'has another holder'
    const since = Date.now()
    await held.window.close()
    await sleep(5000)
    const now = await ask(second)
    await second.close()
    return outcome(site, held, now, since)
  }) },
  { name: 'its last tab is closed for 5 s', run: oneByOne(async (browser, site, kind) => {
    const held = await hold(browser, site, kind), since = Date.now()
    await held.window.close()
    await sleep(5000)
    const again = await browser.another()
    await again.goto(held.url)
    const now = await again.run<Who>('return holder.start(args[0])', kind)
    await again.close()
    return outcome(site, held, now, since)
  }) },
  { name: `${seconds} s in the background, with a message every 10 s`, run: (browser, site, kinds) => afterWaiting(browser, site, kinds, true, () => sleep(seconds * 1000)) },
  { name: `${seconds} s in the background, without messages: a page that the browser has frozen`, run: (browser, site, kinds) => afterWaiting(browser, site, kinds, false, () => sleep(seconds * 1000)) },
  { name: `the machine sleeps for ${seconds} s (its processes are stopped), with a message every 10 s before and after`, run: (browser, site, kinds) => afterWaiting(browser, site, kinds, true, () => asleep(seconds)) },
]
