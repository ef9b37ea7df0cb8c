import type { Fields } from '../bench.ts';
import { registered, type Case } from '../case.ts';
import { Difference } from '../expectation.ts';
import { sent } from './publishing.ts';

/** Text that must arrive as it was given. */
function text(name: string, title: string, texts: readonly string[], mayDecline = false): Case {
  const fields: Fields = { file: texts, idempotency_key: texts.join('') };
  return {
    name,
    rules: ['R11', 'R74'],
    role: 'producer',
    title,
    before: registered('coder'),
    run: (bench) => bench.publish(fields),
    after: { 'inbox/coder/{any}.json': sent({ inputs: { files: texts }, idempotency_key: texts.join('') }) },
    mayDecline,
  };
}

export const textCases: readonly Case[] = [
  text('text-quotes', 'Quotes and backslashes arrive.', [
    'say "hi"',
    String.raw`C:\new\table`,
    '"',
    '\\',
    String.raw`\\u0041`,
  ]),
  text('text-for-a-shell', 'What a shell would take for its own arrives.', [
    '$(id)',
    '`id`',
    "it's",
    '*',
    '~',
    '-n',
    '%s\\n',
    ' a  b ',
    '&<>|;',
    '=',
  ]),
  text('text-unicode', 'Text of all planes arrives.', ['é', '😀', '漢字', '\u2028', 'e\u0301', '\u007f']),
  text(
    'text-control-characters',
    'Tabs, line breaks and other control characters arrive, or are refused.',
    ['a\tb', 'a\nb', 'a\r\nb', '\n', 'a\n', '\u0001', '\u001b[0m', '\b\f'],
    true,
  ),
  {
    name: 'text-not-utf8',
    rules: ['R11', 'R74'],
    role: 'producer',
    title: 'Bytes that are no UTF-8 do not come into a box.',
    before: registered('coder'),
    run: async (bench) => {
      // A byte that no argument of this kit can hold is added by the shell.
      await bench.publishing({}, String.raw`set -- "$@" "file=$(printf 'a\377b')";`);
      for (const [path, content] of bench.survey()) {
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(content);
        } catch {
          throw new Difference(`${path} is not valid UTF-8`);
        }
      }
    },
    skip: process.platform === 'win32' ? 'arguments are no bytes on Windows' : null,
  },
];
