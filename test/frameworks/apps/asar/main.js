const { handler } = require('./index.js')

handler().then(({ body }) => console.log(body))
