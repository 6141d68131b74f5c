/** Data to send: text as UTF-8, bytes unchanged. Memory that others can write to or take away meanwhile (shared, resizable) is excluded. */
export type SendableData = string | ArrayBuffer | ArrayBufferView

export const encoder = /* @__PURE__ */ new TextEncoder()

/** The getter of this property throws for anything that is not an ArrayBuffer. */
const byteLength = /* @__PURE__ */ Reflect.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')

/**
 * The bytes of `data`, in the same memory if it already has bytes. A number is an error, and not taken for a length.
 * @param name of the argument, for the error. @throws TypeError for anything else, and for memory that is shared, resizable or detached.
 */
export function bytesOf(data: SendableData, name = 'data'): Uint8Array {
  return typeof data === 'string' ? encoder.encode(data) : viewOf(data, name, 'a string, an ArrayBuffer or a view of one')
}

/** Like `bytesOf`, for data that is never text. */
export function binaryOf(data: ArrayBuffer | ArrayBufferView, name = 'data'): Uint8Array {
  return viewOf(data, name, 'an ArrayBuffer or a view of one')
}

function viewOf(data: ArrayBuffer | ArrayBufferView, name: string, expected: string): Uint8Array {
  if (!ArrayBuffer.isView(data)) {
    if (!isArrayBuffer(data)) throw new TypeError(`${name} must be ${expected}, not ${described(data)}`)
    checkMemory(data, name)
    return new Uint8Array(data)
  }
  checkMemory(data.buffer, name)
  return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function checkMemory(memory: ArrayBufferLike, name: string): void {
  if (!(memory instanceof ArrayBuffer) && !isArrayBuffer(memory)) throw new TypeError(`${name} must not be shared memory`)
  if ((memory as { resizable?: boolean }).resizable) throw new TypeError(`${name} must not be memory that can be resized`)
  if (memory.byteLength === 0 && isDetached(memory)) throw new TypeError(`${name} is memory that has been transferred away`)
}

/** Engines without that property refuse to make a view of it. */
function isDetached(memory: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(memory).length > 0
  } catch {
    return true
  }
}

/** Also one of another realm. It reads no property of the object itself. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    byteLength?.get?.call(value)
    return true
  } catch {
    return false
  }
}

function described(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? 'another object' : `a value of type ${typeof value}`
}
