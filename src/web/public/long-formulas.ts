/** Lets the keyboard reach formulas that scroll because they are too long for their line. */
export function makeLongFormulasReachable(): void {
  for (const formula of document.querySelectorAll('math')) {
    if (formula.scrollWidth > formula.clientWidth + 1) formula.tabIndex = 0
  }
}
