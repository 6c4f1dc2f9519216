import { z } from 'zod';

const share = z.number().min(0).max(1);

/** Where the router draws its lines: data that the owner changes, or an approved proposal. */
export const thresholdsSchema = z
  .strictObject({
    /** From this estimated benefit of the strong model on a message goes to Claude. */
    cloudAbove: share.default(0.3),
    /** From this one on to the strong one of Claude's. */
    strongAbove: share.default(0.9),
    /** From this chance on a message counts as private. */
    sensitiveAbove: share.default(0.2),
    /** Less certain than this about the difficulty: to Claude. */
    unsureBelow: share.default(0.4),
  })
  .refine(({ cloudAbove, strongAbove }) => strongAbove >= cloudAbove, {
    path: ['strongAbove'],
    error: 'at least cloudAbove',
  });

export type Thresholds = z.infer<typeof thresholdsSchema>;
