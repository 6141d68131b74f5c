/** Every workload, in the order of the report. */
import { channels } from './channels.ts'
import { echo } from './echo.ts'
import { execDownload } from './exec-download.ts'
import { execUpload } from './exec-upload.ts'
import { firstOutput } from './first-output.ts'
import { sessions } from './sessions.ts'
import { sftpGet } from './sftp-get.ts'
import { sftpGetMany } from './sftp-get-many.ts'
import { sftpPut } from './sftp-put.ts'
import { sftpPutMany } from './sftp-put-many.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [execDownload, execUpload, sftpGet, sftpPut, sftpGetMany, sftpPutMany, firstOutput, echo, sessions, channels]
