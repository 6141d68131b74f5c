/// `libssh2-wasm/gateway-protocol`: the code that both sides of a gateway share, for authors of gateways. It contains no runtime and no client.
export * from './codec.ts'
export * from './close-codes.ts'
export * from './resume.ts'
export { ackAfter, FrameSize } from './frame-size.ts'
export { KeptBytes } from './kept-bytes.ts'
