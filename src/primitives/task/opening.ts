/** Events of a task after which it may be there to claim. */
export const opening = [
  'task.created',
  'task.revised',
  'task.unblocked',
  'task.unaddressed',
  'task.prerequisite_replaced',
  'task.released',
  'task.lease_ended',
  'task.attempt_failed',
  'task.retry_due',
  'task.rejected',
  'task.reopened',
  'task.restored',
] as const
