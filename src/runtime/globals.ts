/// Web types that not every project has: Node's own types lack some, and not every project uses the DOM library. If a global is not
/// known to TypeScript, any object is accepted.

/** A compiled `WebAssembly.Module`. */
export type WebAssemblyModule = typeof globalThis extends { WebAssembly: { Module: abstract new (...parameters: never[]) => infer Module } } ? Module : object

/** An `IDBFactory`: `indexedDB`, or another one. */
export type IndexedDbFactory = typeof globalThis extends { IDBFactory: { prototype: infer Factory } } ? Factory : object

/** A `CryptoKey` of WebCrypto. */
export type WebCryptoKey = typeof globalThis extends { CryptoKey: { prototype: infer Key } } ? Key : object
