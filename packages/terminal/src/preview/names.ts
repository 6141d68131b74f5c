/** The folder of the preview's own files on its origin; everything else there is the previewed server's. */
export const SHELL = '/__ssh-preview/'

/** The service worker: at the top, since it can only answer for what lies below it. */
export const SERVICE = '/ssh-preview-service.js'

/** A web server, as the SSH server reaches it. */
export interface PreviewTarget {
  readonly host: string
  readonly port: number
}

/** From the frame to the page with the terminal, when it is ready. */
export const READY = 'libssh2-wasm-preview-ready'
