/** What a dump calls itself, and `import --format` calls it. */
export const DUMP_FORMAT = 'broadsheet-dump'
