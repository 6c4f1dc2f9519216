/** What listeners (web, bots) may hear. Events inform; work that must not be lost is a row. */
export type StewardEvent =
  | { readonly name: 'task-started'; readonly taskId: string }
  | { readonly name: 'task-step'; readonly taskId: string; readonly seq: number }
  | { readonly name: 'task-ended'; readonly taskId: string; readonly state: string }
  | { readonly name: 'approval-opened'; readonly approvalId: string }
  | { readonly name: 'approval-decided'; readonly approvalId: string; readonly choice: string }
  | { readonly name: 'health-changed'; readonly part: string; readonly state: string }
  /** `period` is a day or a month. */
  | { readonly name: 'budget-level'; readonly period: string; readonly percent: number }
  /** Not a row: the text grows too often. */
  | { readonly name: 'task-delta'; readonly taskId: string; readonly text: string };
