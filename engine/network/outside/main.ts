import type { ToOutside } from '../messages';
import { Outside } from './outside';

/** The process that carries the bytes of builds: the engine's loop has nothing to do with them. It ends with the engine. */
const outside = new Outside((refusal) => process.send?.({ kind: 'refused', refusal }));

process.on('message', (message: ToOutside) => {
  outside.hear(message).then(
    (result) => process.send?.({ kind: 'done', id: message.id, result }),
    (error: Error) => process.send?.({ kind: 'failed', id: message.id, error: error.message }),
  );
});
process.on('disconnect', () => {
  outside.close();
  process.exit(0);
});
// Ctrl-C goes to the whole terminal. When to end is the engine's to say.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
