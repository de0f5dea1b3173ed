import { describe, expect, it } from 'vitest'
import { americanSpelling } from './spellings.ts'

const PAIRS =
  'behaviour behavior, behavioural behavioral, colours colors, colouring coloring, favourite favorite, tumours tumors, ' +
  'neighbourhood neighborhood, vapour vapor, rigour rigor, labour labor, armour armor, ' +
  'modelling modeling, remodelled remodeled, labelled labeled, travellers travelers, tunnelling tunneling, ' +
  'signalling signaling, totalled totaled, counsellor counselor, marvellous marvelous, fulfil fulfill, ' +
  'enrolment enrollment, skilful skillful, focussed focused, benefitted benefited, ' +
  'optimise optimize, optimised optimized, optimising optimizing, optimiser optimizer, optimisation optimization, ' +
  'organisational organizational, characterises characterizes, generalisability generalizability, ' +
  'criticise criticize, collectivised collectivized, amortised amortized, standardising standardizing, ' +
  'analyse analyze, analysed analyzed, analyser analyzer, catalysing catalyzing, hydrolysed hydrolyzed, ' +
  'centre center, centred centered, centring centering, barycentres barycenters, fibre fiber, fibreglass fiberglass, ' +
  'metre meter, kilometres kilometers, millilitre milliliter, theatre theater, calibre caliber, titre titer, ' +
  'defence defense, offences offenses, licence license, practised practiced, ' +
  'catalogue catalog, catalogued cataloged, cataloguing cataloging, analogues analogs, dialogue dialog, ' +
  'programme program, programmes programs, kilogrammes kilograms, ' +
  'haemoglobin hemoglobin, anaemia anemia, ischaemic ischemic, leukaemia leukemia, oestrogen estrogen, ' +
  'oesophagus esophagus, oedema edema, paediatric pediatric, orthopaedic orthopedic, anaesthesia anesthesia, ' +
  'foetal fetal, diarrhoea diarrhea, apnoea apnea, coeliac celiac, gynaecology gynecology, archaeology archeology, ' +
  'palaeontology paleontology, caesium cesium, faeces feces, aetiology etiology, mediaeval medieval, ' +
  'manoeuvre maneuver, manoeuvred maneuvered, manoeuvring maneuvering, manoeuvrable maneuverable, ' +
  'aluminium aluminum, sulphur sulfur, disulphide disulfide, mould mold, ploughing plowing, sceptical skeptical, ' +
  'grey gray, greyscale grayscale, artefacts artifacts, judgement judgment, ageing aging, discs disks, ' +
  'learnt learned, neurones neurons, enquiry inquiry'

const KEPT =
  'four hour hours our your tour contour contours detour pour source course resource journal flour ' +
  'wise otherwise pairwise stepwise rise arise sunrise raise raising praised exercise exercises exercising precise ' +
  'concise excise noise noisy denoise denoising denoised promise promising compromised premise premises comprise ' +
  'comprising surprise surprising enterprise supervised unsupervised devise revised revising advise televised ' +
  'improvised advertising advertisement disguise cruise bruise franchise merchandise paradise expertise treatise ' +
  'despise precision decision vision visible poison prison comparison disable disabled disability feasible size seize ' +
  'analysis catalyst acre genre timbre mediocre massacre hundred shared fire wire require parameter symmetric ' +
  'controlled controlling propeller compelled installed called falling selling storytelling spelling excellent cell ' +
  'cellular wall small taller ball parallel hence sentence evidence science absence difference vague league colleague ' +
  'logic logical grammar gram phosphor poet coefficient coexist aerial aerosol does shoes phoenix misc discuss ' +
  'discover should would shoulder boulder'

describe('American spelling', () => {
  it.each(PAIRS.split(', ').map((pair) => pair.split(' ')))('of %s is %s', (british, american) => {
    expect(americanSpelling(british ?? '')).toBe(american)
    expect(americanSpelling(american ?? '')).toBe(american)
  })

  it.each(KEPT.split(' '))('of %s is the same', (word) => {
    expect(americanSpelling(word)).toBe(word)
  })
})
