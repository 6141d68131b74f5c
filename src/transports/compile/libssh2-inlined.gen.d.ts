/** `libssh2.wasm` by DEFLATE (RFC 1951), as base64. */
export const inlinedLibssh2: string
