// The glue makes this object only when it loads the wasm by itself, which src/ffi/instance.ts does for it.
// V8 tells offsets in the module, so names in reports are all that is left to answer.
wasmOffsetConverter = {
  getName: pc => /at (?:\S+\.wasm\.)?(\S+) \(/.exec(UNWIND_CACHE[pc] ?? '')?.[1] ?? `wasm+0x${pc.toString(16)}`,
}
