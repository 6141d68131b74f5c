import { existsSync } from 'node:fs'
import { webKitMissing } from '../../runtimes/runners/webkit.ts'
import type { Driven } from './driven.ts'
import { startPuppet } from './puppet.ts'
import { startWebKitDriven } from './webkit.ts'

/** The browsers by the names of `--only`. */
export const BROWSERS: Readonly<Record<string, { missing(): string | undefined, start(): Promise<Driven> }>> = {
  chromium: { missing: () => existsSync('/usr/bin/chromium') ? undefined : 'chromium is not installed', start: () => startPuppet('chrome') },
  firefox: { missing: () => existsSync('/usr/bin/firefox-esr') ? undefined : 'firefox-esr is not installed', start: () => startPuppet('firefox') },
  webkit: { missing: webKitMissing, start: startWebKitDriven },
}
