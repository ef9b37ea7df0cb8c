import type { DiagnosisJson, FindingJson } from '../json/doctor.ts';
import type { Layout } from './layout.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import type { Role } from './style.ts';
import { withCommand, wrapped } from './wrapped.ts';
import { counted } from './counted.ts';

const ROLES: Readonly<Record<FindingJson['severity'], Role>> = {
  error: 'bad',
  warning: 'warning',
  info: 'dim',
};

/** What was found, the worst first: each with its evidence, and the command that puts it right. */
export function findings({ findings: found, files }: DiagnosisJson, layout: Layout): SafeText {
  const { style } = layout;
  if (found.length === 0)
    return style('good', safe`Nothing is wrong; ${counted(files, 'file was', 'files were')} looked at.`);
  return join(
    found.map((finding) => paragraph(finding, layout)),
    '\n\n',
  );
}

function paragraph(finding: FindingJson, { style, wrapAt }: Layout): SafeText {
  const { code, severity, count, text, evidence, fixed, left, command } = finding;
  const lines = [
    wrapped(
      safe`${style(ROLES[severity], safe`${severity}`)} ${style('heading', safe`${code}`)}: ${text}`,
      wrapAt,
      2,
    ),
  ];
  for (const { place, detail, command: own } of evidence) {
    const words = safe`  - ${place}: ${detail}`;
    lines.push(
      own === null
        ? wrapped(words, wrapAt, 2)
        : withCommand(words, style('command', safe`${own}`), wrapAt, 2),
    );
  }
  // Several of them may be in one place.
  const inAll = evidence.length === MAX_SHOWN && count > evidence.length;
  if (inAll) lines.push(safe`  - ${style('dim', safe`and so on: ${count} in all`)}`);
  if (fixed > 0 || left < count) lines.push(safe`  ${style('good', outcome(finding))}`);
  if (command !== null) lines.push(safe`  fix: ${style('command', safe`${command}`)}`);
  return join(lines, '\n');
}

/** Two doctors at once put right a part each, and neither is to blame for what the other did. */
function outcome({ fixed, count, set_aside, left }: FindingJson): SafeText {
  const byOthers = count - fixed - set_aside - left;
  const aside =
    set_aside === 0
      ? safe``
      : safe`; ${set_aside} ${set_aside === 1 ? 'names' : 'name'} no message, kept as ${set_aside === 1 ? 'it was' : 'they were'}`;
  const more =
    byOthers === 0
      ? safe``
      : safe`; ${byOthers} more ${byOthers === 1 ? 'was' : 'were'} by somebody else meanwhile`;
  return safe`fixed ${fixed} of ${count}${aside}${more}`;
}

/** So much evidence comes with a finding at most. */
const MAX_SHOWN = 10;
