import { appendFileSync, cpSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { PAGE } from '../../examples/browser-terminal/server/build.ts'
import { requirePeer } from '../support/require-peer.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { HERE, logInFirst, shows, type } from './browsers/actions.ts'
import { BROWSERS } from './browsers/browsers.ts'
import { until } from './browsers/driven.ts'
import { inServiceWorker } from './browsers/in-service-worker.ts'
import { login, serverAndStage } from './hooks.ts'

const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)
const FILE = './service-worker.js'

/** Whether the browser is there; prints the reason, if it is not. */
function has(browser: string): boolean {
  const missing = BROWSERS[browser]!.missing()
  if (missing) console.warn(`service-worker.test.ts: ${browser} skipped: ${missing}`)
  return missing === undefined
}

describe.runIf(here)('<ssh-terminal service-worker>, after real reloads', { timeout: 240_000 }, () => {
  const place = serverAndStage()
  const at = (page: string) => `${page}#${new URLSearchParams({ gateway: `ws://127.0.0.1:${place.stage.gatewayPort}`, token: place.stage.token, host: '127.0.0.1', port: String(place.server.port), user: login.user })}`

  test.each([
    ['firefox', 'finds the shell again, in a service worker'],
    ['webkit', 'finds the shell again, in a service worker'],
    ['chromium', 'finds the shell again, in its SharedWorker'],
  ].filter(([name]) => has(name!)))('%s: the same shell goes on with its screen, a second tab shows it, and leaving asks', async (name, words) => {
    await using page = await place.stage.serve(place.stage.gatewayPort, { serviceWorker: FILE })
    await using browser = await BROWSERS[name]!.start()
    expect(await inServiceWorker(browser, at(page.url), login.password)).toBe(words)
  })

  test.runIf(has('firefox'))('without such a file the session is in a SharedWorker, and after a reload the page says that it has ended', async () => {
    await using page = await place.stage.serve(place.stage.gatewayPort, { serviceWorker: './not-there.js' })
    await using browser = await BROWSERS.firefox!.start()
    const { first } = browser
    await first.goto(at(page.url))
    await logInFirst(first, login.password)
    expect(await first.run('return (await navigator.serviceWorker.getRegistrations()).length')).toBe(0)
    await first.reload()
    await until(first, `${HERE} return /ended with the page/.test(root?.querySelector(".connection .message")?.textContent ?? "")`)
  })

  test.runIf(has('firefox'))('a new version of the file waits until the last session has ended', async () => {
    using folder = temporaryDirectory('page-of-two-versions')
    cpSync(PAGE, folder.path, { recursive: true })
    const publish = (version: number) => appendFileSync(folder.file('service-worker.js'), `
globalThis.addEventListener("message", ({ data, ports }) => { if (data === "version") ports[0].postMessage(${version}) })`)
    publish(1)
    await using page = await place.stage.serve(place.stage.gatewayPort, { serviceWorker: FILE, folder: folder.path })
    await using browser = await BROWSERS.firefox!.start()
    const { first } = browser
    /** Of the first listener that answers; 0 if none does: a worker whose place another takes meanwhile has no more to say. */
    const version = () => first.run<number>(`const { active } = await navigator.serviceWorker.getRegistration("./libssh2-wasm-terminal-1/"); const { port1, port2 } = new MessageChannel()
      active.postMessage("version", [port2]); return new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); setTimeout(resolve, 10000, 0) })`)
    await first.goto(at(page.url))
    await logInFirst(first, login.password)
    await type(first, 'kept=by-worker\n')
    expect(await version()).toBe(1)
    cpSync(`${PAGE}/service-worker.js`, folder.file('service-worker.js'))
    publish(2)
    await first.reload()
    await shows(first, /kept=by-worker$/m)
    // As a browser may do by itself.
    await first.run('await (await navigator.serviceWorker.getRegistration("./libssh2-wasm-terminal-1/")).update()')
    await sleep(15_000)
    await type(first, 'echo "still $kept"\n')
    await shows(first, /^still by-worker$/)
    expect(await version()).toBe(1)
    await first.run(`${HERE} await element.disconnect()`)
    await expect.poll(async () => {
      await first.goto('about:blank')
      await sleep(5000)
      await first.goto(at(page.url))
      return version()
    }, { timeout: 120_000 }).toBe(2)
  })
})
