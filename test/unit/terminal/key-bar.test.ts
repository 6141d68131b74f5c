import type { Terminal } from '@xterm/xterm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KeyBar } from '../../../packages/terminal/src/ui/key-bar.ts'

/** A button that can be pressed and holds its attributes. */
class Button {
  readonly attributes = new Map<string, string>()
  readonly all: Button[] = []
  label = ''
  onclick = () => {}
  append(...children: (Button | string)[]) {
    for (const child of children) {
      if (typeof child === 'string') this.label = child
      else this.all.push(child)
    }
  }
  setAttribute(name: string, value: string) { this.attributes.set(name, value) }
  getAttribute(name: string) { return this.attributes.get(name) ?? null }
}

beforeEach(() => { vi.stubGlobal('document', { createElement: () => new Button() }) })
afterEach(() => { vi.unstubAllGlobals() })

function withCtrl(): KeyBar {
  const bar = new KeyBar({} as Terminal, () => {})
  ;(bar.element as unknown as Button).all.find(({ label }) => label === 'Ctrl')?.onclick()
  return bar
}

test.each([
  ['a cursor report', '\x1b[24;80R'], ['device attributes', '\x1b[?1;2c'], ['secondary ones', '\x1b[>0;276;0c'], ['a status', '\x1b[0n'], ['a mode', '\x1b[?2004;1$y'], ['a size', '\x1b[8;24;80t'],
  ['a colour', '\x1b]10;rgb:ffff/ffff/ffff\x1b\\'], ['a setting', '\x1bP1$r0m\x1b\\'], ['the mouse', '\x1b[<0;10;10M'], ['the old mouse', '\x1b[M !!'], ['the focus', '\x1b[I'], ['its end', '\x1b[O'],
])('%s passes a held Ctrl by, which is for the next key', (_, report) => {
  const bar = withCtrl()
  expect(bar.modify(report)).toBe(report)
  expect(bar.modify('c')).toBe('\x03')
  expect(bar.modify('c')).toBe('c')
})

test.each([['a', '\x01'], ['\x1b[A', '\x1b[1;5A'], ['\x1bOD', '\x1b[1;5D'], ['\x1b[5~', '\x1b[5;5~'], ['\x1b', '\x1b'], ['\x1b]', '\x1b]'], ['\x1bP', '\x1bP'], ['\x1bOP', '\x1bOP'], ['\x1b[Z', '\x1b[Z'], ['ls', 'ls']])('%j is a key: Ctrl is used up', (key, sent) => {
  const bar = withCtrl()
  expect(bar.modify(key)).toBe(sent)
  expect(bar.modify('c')).toBe('c')
})
