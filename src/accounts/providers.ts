/** A provider where readers can sign in with an account they have there. */
export type Provider = {
  /** `orcid`, `github`, or `oidc`, a provider of the operator's own. */
  id: 'orcid' | 'github' | 'oidc'
  /** The name on the button. */
  name: string
  clientId: string
  clientSecret: string
  /** The address of an OpenID Connect provider, without a slash at the end; null where it is not one. */
  issuer: string | null
}
