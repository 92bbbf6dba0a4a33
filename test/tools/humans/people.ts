import type { Answer, TestBaton } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'

/** A board whose run brings people in. */
export const startPeopled = (settings: object = {}, escalate_below: object = {}): Promise<Board> =>
  startBoard({ ...settings, escalate_below })

/** Claims a task and hands a result in with a confidence; answers what complete_task says. */
export const handIn = async (
  board: Board,
  task_id: string,
  said: object = {},
  by: TestBaton = board,
): Promise<Answer> => {
  const { lease_token } = await by.call('claim_task', { agent_id: board.agent_id, task_id })
  return by.call('complete_task', { task_id, lease_token, result: 'five', ...said })
}

export const statusOf = async (baton: TestBaton, task_id: string): Promise<string> =>
  (await baton.call('get_task', { task_id })).status

export const waiting = async (baton: TestBaton, args: object = {}): Promise<readonly Answer[]> =>
  (await baton.call('list_escalations', args)).escalations

/** The events of these types, oldest first. */
export const eventsOf = async (baton: TestBaton, ...types: string[]): Promise<readonly Answer[]> =>
  (await baton.call('observe_events', { types, order: 'oldest', verbose: true })).events
