/** What a preview can be written as. */
export const PREVIEW_FORMATS = ['text', 'html', 'eml', 'json'] as const
export type PreviewFormat = (typeof PREVIEW_FORMATS)[number]
