export type JsonSchema = { [key: string]: unknown }

/** The schema itself, where it is told as a reference to one of the definitions of `root`. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const { $ref, ...rest } = schema
  const [, name] = typeof $ref === 'string' ? (/^#\/\$defs\/(.+)$/.exec($ref) ?? []) : []
  if (name === undefined) return schema
  return { ...(root['$defs'] as Record<string, JsonSchema>)[name], ...rest }
}
