// drizzle-orm as an ES module is hundreds of small files: 340 to 460 ms and 200 MB to load. Its CommonJS build through
// one require is 60 to 110 ms and 25 MB, so everything that touches drizzle takes it from here.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const core = require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core');
const orm = require('drizzle-orm') as typeof import('drizzle-orm');

export const { sqliteTable, text, integer, real, index, uniqueIndex, primaryKey } = core;
export const { and, eq, ne, gt, gte, lt, lte, inArray, isNull, isNotNull, asc, desc, sql, count } = orm;
