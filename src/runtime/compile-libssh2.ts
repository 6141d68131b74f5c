/// `#compile-libssh2`: how the runtime finds and compiles libssh2.wasm.

/** Compiles the module of this package. */
export declare function compileLibssh2(): Promise<WebAssembly.Module>
