// The reference as pages of the site: a page per exported name, one folder per entry.
import { existsSync, renameSync } from 'node:fs'
import { Application, Converter } from 'typedoc'
import options from '../typedoc.config.mjs'
import { REPOSITORY } from './pages.mjs'
import { modules } from '../scripts/build/entries.mjs'

/** Writes the reference into `folder`/reference. @param {string} folder @param {readonly string[]} [entries] which entries; all without them */
export async function writeReference(folder, entries) {
  const chosen = modules.filter(({ entry }) => entries?.includes(entry) ?? true)
  /** Options of the plugins are unknown to TypeDoc's own types. @type {any} */
  const all = {
    ...options, plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'], router: 'member', docsRoot: folder, projectDocuments: [], readme: 'none',
    disableSources: false, entryPoints: chosen.map(({ source }) => source), out: `${folder}/reference`, outputs: [{ name: 'markdown', path: `${folder}/reference` }],
    // A part of the entries links to names that another one exports.
    ...entries && { validation: { notExported: false, invalidLink: false } },
    disableGit: true, basePath: process.cwd(), sourceLinkTemplate: `${REPOSITORY}/blob/main/src/{path}#L{line}`, hideBreadcrumbs: false, parametersFormat: 'table', interfacePropertiesFormat: 'table', propertiesFormat: 'table', enumMembersFormat: 'table', typeDeclarationFormat: 'table',
    useCodeBlocks: true, expandObjects: false, pageTitleTemplates: { member: '{name}', index: 'Reference', module: '{name}' },
    sidebar: { autoConfiguration: true, format: 'vitepress', pretty: false, collapsed: true }, logLevel: 'Warn',
  }
  const application = await Application.bootstrapWithPlugins(all)
  // The name of an entry is what a program imports.
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const entry = modules.find(({ source }) => module.sources?.[0]?.fullFileName.endsWith(`/${source}`))
      if (entry) module.name = entry.specifier
    }
  })
  const project = await application.convert()
  if (!project) throw new Error('TypeDoc could not read the sources')
  application.validate(project)
  await application.generateOutputs(project)
  if (application.logger.hasErrors() || (!entries && application.logger.hasWarnings())) throw new Error('TypeDoc has warnings: see above')
  if (!existsSync(`${folder}/reference/index.md`)) throw new Error('TypeDoc wrote no reference')
  renameSync(`${folder}/reference/typedoc-sidebar.json`, `${folder}/../reference-sidebar.json`)
}
