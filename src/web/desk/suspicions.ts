import { discountSuspicion, dismissSuspicion, suspendSuspected } from '../../moderation/resolve-suspicion.ts'
import { curatorActions } from './curator-action.ts'
import { numberIn } from './parse-ids.ts'

const onSuspicion = curatorActions((c) => {
  const suspicionId = numberIn(c)
  return suspicionId === null ? null : { suspicionId }
})

/** `POST /desk/suspicions/:id/dismissal` */
export const dismiss = onSuspicion(({ db }, suspicion) => dismissSuspicion(db, suspicion))

/** `POST /desk/suspicions/:id/discount`: the votes no longer count. */
export const discount = onSuspicion(({ db }, suspicion) => discountSuspicion(db, suspicion))

/** `POST /desk/suspicions/:id/suspension`: of the accounts that gave the votes. */
export const suspend = onSuspicion(({ db }, suspicion) => suspendSuspected(db, suspicion))
