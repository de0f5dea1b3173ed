import MailComposer from 'nodemailer/lib/mail-composer'
import type MimeNode from 'nodemailer/lib/mime-node'
import type { Composed } from './compose.ts'

/**
 * The mail as a file. No server passes it on, so its text stays as it is (8bit): a link in it is whole, and can be copied out of a
 * terminal.
 */
export async function mailFile(mail: Composed): Promise<Buffer> {
  const root = new MailComposer(mail).compile()
  const stayAsTheyAre = (node: MimeNode) => {
    if (node.childNodes.length === 0) node.getTransferEncoding = () => '8bit'
    node.childNodes.forEach(stayAsTheyAre)
  }
  stayAsTheyAre(root)
  return Buffer.from((await root.build()).toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1')
}
