/// `libssh2-wasm/agent`: the agent protocol itself. `agent()` of the core entry, which authenticates, loads it when it is needed.
export { AgentClient, type AddIdentityOptions, type AgentIdentity } from '../keys/agent/client.ts'
export type { AgentTransport } from '../keys/agent/stream.ts'
