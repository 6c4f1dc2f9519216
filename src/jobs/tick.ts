// Runs in a thread of its own, once a minute: all it does is to say that the minute has come.
import { parentPort } from 'node:worker_threads';

parentPort?.postMessage('tick');
