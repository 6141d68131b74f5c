import { SSHError } from '../errors/ssh-error.ts'
import type { Pointer } from './exports.gen.ts'

/**
 * A C object that JavaScript owns. Handles form a tree (session, channel, …):
 * freeing a parent frees its children, and using a freed one throws `ERR_HANDLE_FREED` instead of reaching C.
 */
export class Handle<P extends Pointer> {
  readonly #name: string
  readonly #children = new Set<Handle<Pointer>>()
  #parent: Handle<Pointer> | undefined
  #pointer: P | undefined

  constructor(name: string, pointer: P, parent?: Handle<Pointer>) {
    this.#name = name
    this.#pointer = pointer
    this.#parent = parent
    if (parent) parent.#children.add(this)
  }

  get pointer(): P {
    if (this.#pointer === undefined) throw new SSHError(`this ${this.#name} has been freed`, { code: 'ERR_HANDLE_FREED' })
    return this.#pointer
  }

  get freed(): boolean {
    return this.#pointer === undefined
  }

  /** Forgets the pointer, here and in all children; the caller frees the C object itself. */
  drop(): void {
    this.#pointer = undefined
    if (this.#parent) this.#parent.#children.delete(this)
    this.#parent = undefined
    for (const child of this.#children) child.drop()
    this.#children.clear()
  }
}
