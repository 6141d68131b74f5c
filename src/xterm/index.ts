/// `libssh2-wasm/xterm`: this library's shells in xterm.js terminals.
export { type AttachOptions, ShellAddon } from './shell-addon.ts'
export { receiveShell, sendShell } from './shell-port.ts'
export type { Shell } from './shell.ts'
