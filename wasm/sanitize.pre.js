// The glue creates this object only when it loads the wasm itself, but src/ffi/instance.ts loads it.
// V8 knows the offsets in the module, so only the names in reports are left to answer.
wasmOffsetConverter = {
  getName: pc => /at (?:\S+\.wasm\.)?(\S+) \(/.exec(UNWIND_CACHE[pc] ?? '')?.[1] ?? `wasm+0x${pc.toString(16)}`,
}
