import { parentPort } from 'node:worker_threads';
import { SaiondoError } from '../../model/errors';
import type { WorkAnswer, WorkRequest } from './bounded-work';

// The entry of a job's thread (bounded-work.ts): one request after the other, each with one answer.
parentPort?.on('message', (request: WorkRequest) => {
  void answer(request).then((given) => parentPort?.postMessage(given));
});

async function answer({ module, name, args }: WorkRequest): Promise<WorkAnswer> {
  try {
    const { [name]: job } = (await import(module)) as Record<string, (...args: readonly unknown[]) => unknown>;
    if (!job) return { failed: `${module} has no ${name}` };
    return { value: await job(...args) };
  } catch (error) {
    if (error instanceof SaiondoError) {
      const { code, source, where, next } = error;
      return {
        refused: {
          message: error.message,
          options: { code, source, ...(where ? { where } : {}), ...(next ? { next } : {}) },
        },
      };
    }
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
