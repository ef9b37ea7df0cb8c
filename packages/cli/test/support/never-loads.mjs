// Loaded before the program (`node --import`): the parser of arguments is never found, so the program stays in its first moment.
import { register } from 'node:module';

register(
  `data:text/javascript,${encodeURIComponent(
    'export const resolve = (name, context, next) => name === "yargs" ? new Promise(() => setInterval(() => {}, 60000)) : next(name, context);',
  )}`,
);
