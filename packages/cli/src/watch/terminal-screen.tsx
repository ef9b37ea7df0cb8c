import { Box, render, Text, useInput } from 'ink';
import { useSyncExternalStore, type ReactNode } from 'react';
import type { Terminal } from '../io.ts';
import type { Style } from '../render/style.ts';
import { screenLines } from './screen-lines.ts';
import type { Key, ScreenModel } from './screen-model.ts';

/** What the screen is shown with. */
export interface ScreenOptions {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly root: string;
  /** Called once, when a key asks to end. */
  readonly end: (how: 'quit' | 'interrupt') => void;
}

/** A screen of its own, so that what was on the terminal before comes back. */
const ENTER = '\u001b[?1049h\u001b[H';
const LEAVE = '\u001b[?1049l';

/** Shows the model on the terminal until it is disposed of, which leaves the terminal as it was. */
export function openScreen(model: ScreenModel, options: ScreenOptions): Disposable {
  const { stdin, stdout } = options.terminal;
  stdout.write(ENTER);
  const app = render(<Screen model={model} options={options} />, {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: 20,
  });
  return {
    [Symbol.dispose]: () => {
      app.unmount();
      stdout.write(LEAVE);
    },
  };
}

interface ScreenProperties {
  readonly model: ScreenModel;
  readonly options: ScreenOptions;
}

function Screen({ model, options }: ScreenProperties): ReactNode {
  const state = useSyncExternalStore(model.subscribe, model.snapshot);
  const { columns, rows } = useSize(options.terminal);
  useInput((input, key) => {
    if (key.ctrl && input === 'c') options.end('interrupt');
    else if (input === 'q' && state.overlay?.kind !== 'filter') options.end('quit');
    else void pressAll(model, keysOf(input, key));
  });
  // One row stays free: ink clears the whole terminal each time when its output is as high as that.
  const lines = screenLines(state, { columns, rows: rows - 1, style: options.style, root: options.root });
  return (
    <Box flexDirection="column" width={columns}>
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line of the screen is its place
        <Text key={index} wrap="truncate">
          {String(line) === '' ? ' ' : String(line)}
        </Text>
      ))}
    </Box>
  );
}

function useSize({ stdout }: Terminal): { readonly columns: number; readonly rows: number } {
  const size = useSyncExternalStore(
    (changed) => {
      stdout.on('resize', changed);
      return () => stdout.off('resize', changed);
    },
    () => `${stdout.columns} ${stdout.rows}`,
  );
  const [columns = 80, rows = 24] = size.split(' ').map(Number);
  return { columns, rows };
}

/** Keys that come as characters when several come together. */
const CHARACTERS: Readonly<Record<string, Key>> = { '\t': 'tab', '\r': 'enter', '\n': 'enter' };

async function pressAll(model: ScreenModel, keys: readonly Key[]): Promise<void> {
  for (const key of keys) await model.press(key);
}

/** Usually one; keys that were typed quickly, or over a slow line, come together. */
function keysOf(input: string, key: Parameters<Parameters<typeof useInput>[0]>[1]): readonly Key[] {
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.pageUp) return ['page_up'];
  if (key.pageDown) return ['page_down'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  // What most keyboards call backspace comes as delete.
  if (key.backspace || key.delete) return ['backspace'];
  if (key.tab) return ['tab'];
  if (key.return) return ['enter'];
  if (key.escape) return ['escape'];
  return Array.from(input, (character) => CHARACTERS[character] ?? character);
}
