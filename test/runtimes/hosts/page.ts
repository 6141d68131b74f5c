/// A browser's page, or a dedicated worker of it.
import { runSuite } from '../suite/run.ts'

await runSuite({ controller: location.origin, route: 'websocket' })
