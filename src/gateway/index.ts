/// `libssh2-wasm/gateway`: connections through a gateway that outlive the network, and the protocol for authors of gateways.
export { connectGateway, type ConnectGatewayOptions, type ResumeOptions, type TicketRequest } from './connect.ts'
export { type GatewayEventMap, GatewayTransport } from './transport.ts'
export { GatewayEvent, type GatewayEventDetail } from './gateway-event.ts'
export { GatewayError } from './gateway-error.ts'
export type { GatewayState } from './stream.ts'
export type { OpenWebSocket } from './link.ts'
export type { BytePort, PortSink, Transport } from '../runtime/transport.ts'
