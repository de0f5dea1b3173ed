import type {
  GetPromptResult,
  Prompt,
  PromptMessage,
  TextResourceContents,
} from '@modelcontextprotocol/server'
import type { Asking } from '../api/operation.ts'
import { markdownOf } from '../api/shapes/paper-text.ts'
import { paperUri, paperWithId, readEdition } from './resources.ts'
import { badParams } from './bad-params.ts'

type Given = Record<string, string>
type Written = { prompt: Prompt; write: (asking: Asking, given: Given) => Promise<PromptMessage[]> }

const WRITTEN: readonly Written[] = [
  {
    prompt: {
      name: 'summarise_edition',
      title: 'Summarise today’s edition for me',
      description: 'What is new in the newest edition, in a few paragraphs',
      arguments: [
        {
          name: 'interests',
          description: 'What you work on or care about; left out, everything counts the same',
        },
      ],
    },
    async write(asking, { interests }) {
      return [
        message(
          [
            'Summarise this edition of papers in a few short paragraphs, as the front page of a good newspaper would.',
            interests === undefined
              ? 'Begin with what matters most.'
              : `Begin with what concerns “${interests}”, and say so if nothing does.`,
            'Name each paper that you mention by its title and link to its page. Add nothing that the texts do not say.',
          ].join(' '),
        ),
        enclosed(await readEdition(asking)),
      ]
    },
  },
  {
    prompt: {
      name: 'compare_papers',
      title: 'Compare two papers',
      description: 'What two papers have in common, and where they differ',
      arguments: [
        { name: 'a', description: 'The id of a paper: an arXiv identifier or a DOI', required: true },
        { name: 'b', description: 'The id of the other paper', required: true },
      ],
    },
    async write(asking, { a, b }) {
      return [
        message(
          'Compare these two papers: the question each asks, its method, what it finds, and how it says it knows. Then say in one sentence which reader should read which. Keep to what the texts say.',
        ),
        enclosed(await paperText(asking, 'a', a)),
        enclosed(await paperText(asking, 'b', b)),
      ]
    },
  },
]

export const PROMPTS: Prompt[] = WRITTEN.map(({ prompt }) => prompt)

/** Throws a `ProtocolError` where there is no such prompt, or where it needs something else. */
export async function getPrompt(
  asking: Asking,
  { name, given }: { name: string; given: Given },
): Promise<GetPromptResult> {
  const written = WRITTEN.find(({ prompt }) => prompt.name === name)
  if (written === undefined)
    throw badParams(
      `There is no prompt “${name.slice(0, 100)}”. There are ${PROMPTS.map((prompt) => prompt.name).join(', ')}.`,
    )
  const missing = written.prompt.arguments?.find(
    (argument) => argument.required === true && !given[argument.name]?.trim(),
  )
  if (missing) throw badParams(`“${missing.name}” is missing.`)
  const { description } = written.prompt
  return {
    ...(description === undefined ? {} : { description }),
    messages: await written.write(asking, given),
  }
}

function message(text: string): PromptMessage {
  return { role: 'user', content: { type: 'text', text } }
}

function enclosed(resource: TextResourceContents): PromptMessage {
  return { role: 'user', content: { type: 'resource', resource } }
}

async function paperText(asking: Asking, name: string, id = ''): Promise<TextResourceContents> {
  const paper = await paperWithId(asking, id)
  if (paper === null) throw badParams(`“${name}”: the paper “${id.slice(0, 100)}” is not on this site.`)
  return { uri: paperUri(paper.address), mimeType: 'text/markdown', text: markdownOf(asking.site, paper) }
}
