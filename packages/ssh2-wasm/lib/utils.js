'use strict'

/** As in `ssh2`: whether something can still be sent on a stream. */
const isWritable = stream => Boolean(stream && stream.writable && stream._readableState && stream._readableState.ended === false)

module.exports = { isWritable }
