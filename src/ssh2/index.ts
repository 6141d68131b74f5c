export { Client, type ConnectConfig } from './client/client.ts'
export type { Callback } from './tell.ts'
