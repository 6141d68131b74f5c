/// `libssh2-wasm/gateway-protocol`: what both sides of a gateway share, for who writes a gateway. No runtime, no client.
export * from './codec.ts'
export * from './close-codes.ts'
export * from './resume.ts'
export { FrameSize } from './frame-size.ts'
export { KeptBytes } from './kept-bytes.ts'
