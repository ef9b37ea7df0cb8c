import { styleText } from 'node:util';
import { SafeText } from './safe-text.ts';

/** The few roles that text has on the screen; each is one style everywhere. */
export type Role = 'heading' | 'dim' | 'good' | 'warning' | 'bad' | 'command';

const FORMATS = {
  heading: 'bold',
  dim: 'dim',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  command: 'cyan',
} as const satisfies Record<Role, Parameters<typeof styleText>[0]>;

/** Gives text its role's style, or leaves it alone where colour is off. */
export type Style = (role: Role, text: SafeText) => SafeText;

/** The style for a stream with or without colour. */
export function styleFor(color: boolean): Style {
  if (!color) return (_role, text) => text;
  // Whether to colour was decided by wantsColor; newer nodes would otherwise look at process.stdout once more.
  return (role, text) => SafeText.trusted(styleText(FORMATS[role], String(text), { validateStream: false }));
}

/**
 * Whether to colour: `--color` and `--no-color` win, then FORCE_COLOR (`0` and `false` mean no), then NO_COLOR
 * (any text), then whether the stream is a terminal that can.
 */
export function wantsColor(
  flag: boolean | undefined,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (flag !== undefined) return flag;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return isTerminal && env['TERM'] !== 'dumb';
}
