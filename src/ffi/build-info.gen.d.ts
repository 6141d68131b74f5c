import type { BuildInfo } from './build-info.ts'

export const buildInfo: BuildInfo
