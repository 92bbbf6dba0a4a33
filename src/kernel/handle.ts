import { invalid } from '../errors.ts'

/** Refuses a name, key or label that cannot be told from an id: handles are looked up as ids first. */
export const plainHandle = (handle: string | undefined, field: string): void => {
  if (handle === undefined || !/^(run|agt|tsk|chk|trn|mdl|pol|esc)_/.test(handle)) return
  throw invalid(field, `"${handle}" looks like an id`, 'Choose one without the prefix of an id.')
}
