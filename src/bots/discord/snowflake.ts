/** The first second of 2015, from which Discord counts (developers docs, Snowflakes). */
const epoch = 1_420_070_400_000;

/** When an id was made, UTC milliseconds. */
export const timeOf = (snowflake: string): number => Number(BigInt(snowflake) >> 22n) + epoch;

/** Ids are numbers of up to 20 digits; the later one is the greater one. */
export const isAfter = (one: string, other: string): boolean => BigInt(one) > BigInt(other);
