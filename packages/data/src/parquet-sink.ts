import { join } from 'node:path';
import { BOOLEAN, DOUBLE, DuckDBInstance, DuckDBTimestampMillisecondsValue, TIMESTAMP_MS, VARCHAR } from '@duckdb/node-api';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { identifier, literal } from './engine.ts';
import type { OutputColumn } from './row-writer.ts';
import { lengthOf } from './text-format.ts';
