import { type Icon, icon } from './icons.ts'

type Child = Node | string
export type Properties<T> = { readonly [K in keyof T as Exclude<K, 'part' | 'name'>]?: T[K] } & { readonly [attribute: `aria-${string}` | `data-${string}`]: string } & { readonly role?: string, readonly class?: string, readonly for?: string, readonly part?: string, readonly name?: string }

const ATTRIBUTES = /^(aria-|data-|role$|class$|for$|part$|name$)/

/** An element with properties, attributes (`aria-…`, `data-…`, `role`, `class`, `for`, `part`, `name`) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Properties<HTMLElementTagNameMap[K]> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (ATTRIBUTES.test(name)) element.setAttribute(name, value as string)
    else Reflect.set(element, name, value)
  }
  element.append(...children)
  return element
}

/** A button that does something, and never submits a form by accident. */
export function button(label: string, onclick: () => void, properties: Properties<HTMLButtonElement> = {}): HTMLButtonElement {
  return h('button', { type: 'button', onclick, ...properties }, label)
}

/** A button that shows an icon and has a label. */
export function iconButton(name: Icon, label: string, onclick: () => void, properties: Properties<HTMLButtonElement> = {}): HTMLButtonElement {
  return h('button', { type: 'button', onclick, 'aria-label': label, title: label, class: 'icon', ...properties }, icon(name))
}

let fields = 0

/** An input with its label, and a hint below that is connected with it for screen readers. */
export function field(label: string, input: HTMLInputElement | HTMLSelectElement, hint?: string): HTMLElement {
  input.id ||= `field-${++fields}`
  const parts: Child[] = [h('label', { for: input.id }, label), input]
  if (hint !== undefined) {
    const id = `${input.id}-hint`
    input.setAttribute('aria-describedby', id)
    parts.push(h('small', { id }, hint))
  }
  return h('div', { class: 'field' }, ...parts)
}
