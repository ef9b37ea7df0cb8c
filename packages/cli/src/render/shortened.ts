import { beginningOf } from '../cut-text.ts';

/** Text for one line of a listing: at most `most` characters; the full text is shown with the single message. */
export function shortened(text: string, most = 300): string {
  return text.length <= most ? text : `${beginningOf(text, most - 1)}…`;
}
