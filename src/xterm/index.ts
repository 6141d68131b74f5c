/// `libssh2-wasm/xterm`: shells of this library in terminals of xterm.js.
export { type AttachOptions, ShellAddon } from './shell-addon.ts'
export { receiveShell, sendShell } from './shell-port.ts'
export type { Shell } from './shell.ts'
