'use strict'
// What the programs share. Each is run twice, in a folder with npm ssh2 and in one with the drop-in, and must print the same.
const { host, port, username, privateKey, folder } = JSON.parse(process.env.SERVER)

const facts = []
exports.tell = (...more) => { facts.push(...more) }
exports.folder = folder
exports.connection = { host, port, username, privateKey }
/** An error as far as packages look at it. */
exports.failed = error => ({ code: error.code, message: String(error.message).replaceAll(folder, 'FOLDER') })
/** Prints the facts when the program ends by itself: nothing ends it. */
exports.run = main => {
  process.on('unhandledRejection', error => { facts.push(['unhandled rejection', String(error)]) })
  process.on('exit', () => console.log(`\nFACTS ${JSON.stringify(facts).replaceAll(folder, 'FOLDER')}`))
  main().catch(error => {
    console.error(error)
    process.exit(1)
  })
}
