import type { HolderApi } from '../session/messages.ts'
import type { Dialogs } from '../ui/dialog.ts'

/** What the files panel has around it. */
export interface FilesSetting {
  readonly api: () => HolderApi
  readonly dialogs: Dialogs
  readonly explain: (error: unknown) => string
  readonly close: () => void
}
