/**
 * Whom harvesters write to, as the provider has to say: the address given to other services, else where answers to mail go,
 * else where mail comes from. Curators have not given theirs to be published. Where nothing is set it is the postmaster,
 * whom every host that takes mail has (RFC 5321, 4.5.1).
 */
export function adminEmailOf({
  contact,
  mailReplyTo,
  mailFrom,
  publicUrl,
}: {
  contact: string | null
  mailReplyTo: string | null
  mailFrom: string | null
  publicUrl: string | null
}): string {
  const host = URL.parse(publicUrl ?? '')?.hostname ?? 'localhost'
  // The protocol's schema wants a dot in it.
  const domain = host.includes('.') ? host : 'localhost.invalid'
  return contact ?? mailReplyTo ?? mailFrom ?? `postmaster@${domain}`
}
