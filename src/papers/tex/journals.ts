/**
 * The journals that astronomers write as macros, by their names, as the styles of the American Astronomical Society print
 * them; the Astrophysics Data System has them in its BibTeX.
 */
export const JOURNALS: ReadonlyMap<string, string> = new Map(
  `
  aap A&A|aapr A&A Rev.|aaps A&AS|aas AAS Meeting Abstracts|aastex AASTeX|actaa Acta Astron.|afz Afz|aj AJ|ao Appl. Opt.
  aplett Astrophys. Lett.|apj ApJ|apjl ApJ|apjlett ApJ|apjs ApJS|apjsupp ApJS|applopt Appl. Opt.
  apspr Astrophys. Space Phys. Res.|apss Ap&SS|araa ARA&A|arep Astron. Rep.|aspc ASP Conf. Ser.|azh AZh|baas BAAS
  bac Bull. astr. Inst. Czechosl.|bain Bull. Astron. Inst. Netherlands|caa Chinese Astron. Astrophys.
  cjaa Chinese J. Astron. Astrophys.|dps DPS Meeting Abstracts|fcp Fund. Cosmic Phys.|gca Geochim. Cosmochim. Acta
  grl Geophys. Res. Lett.|iaucirc IAU Circ.|icarus Icarus|jaavso JAAVSO|jcap JCAP|jcp J. Chem. Phys.|jgr J. Geophys. Res.
  jqsrt J. Quant. Spectr. Rad. Transf.|jrasc JRASC|maps Meteorit. Planet. Sci.|memras MmRAS
  memsai Mem. Soc. Astron. Italiana|mnras MNRAS|na New A|nar New A Rev.|nat Nature|nphysa Nucl. Phys. A|pasa PASA
  pasj PASJ|pasp PASP|physrep Phys. Rep.|physscr Phys. Scr.|planss Planet. Space Sci.|pra Phys. Rev. A|prb Phys. Rev. B
  prc Phys. Rev. C|prd Phys. Rev. D|pre Phys. Rev. E|prl Phys. Rev. Lett.|procspie Proc. SPIE|psj PSJ|qjras QJRAS
  rmxaa Rev. Mexicana Astron. Astrofis.|rnaas RNAAS|skytel S&T|solphys Sol. Phys.|sovast Soviet Ast.
  ssr Space Sci. Rev.|zap ZAp`
    .trim()
    .split(/\||\n\s*/)
    .map((entry) => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1).trim()]),
)
