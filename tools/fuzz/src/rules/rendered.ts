import type {
  AgentReport,
  DeadLetter,
  Diagnosis,
  Inspection,
  MessageReport,
  OperationRecord,
  ReplayStep,
} from '@tapps-agents/queue';
import { agentJson } from '../../../../packages/cli/src/json/agent.ts';
import { deadLetterJson } from '../../../../packages/cli/src/json/dlq.ts';
import { diagnosisJson } from '../../../../packages/cli/src/json/doctor.ts';
import { inspectionJson } from '../../../../packages/cli/src/json/inspect.ts';
import { messageJson } from '../../../../packages/cli/src/json/message.ts';
import { operationJson } from '../../../../packages/cli/src/json/operation.ts';
import { replayStepJson } from '../../../../packages/cli/src/json/replay.ts';
import { agent } from '../../../../packages/cli/src/render/agent.ts';
import { boxes } from '../../../../packages/cli/src/render/boxes.ts';
import { deadLetters } from '../../../../packages/cli/src/render/dead-letters.ts';
import { findings } from '../../../../packages/cli/src/render/findings.ts';
import type { Layout } from '../../../../packages/cli/src/render/layout.ts';
import { message } from '../../../../packages/cli/src/render/message.ts';
import { operations } from '../../../../packages/cli/src/render/operations.ts';
import { replayLine, replaySteps } from '../../../../packages/cli/src/render/replay-steps.ts';
import { terminalSafeJson, type SafeText } from '../../../../packages/cli/src/render/safe-text.ts';
import { styleFor } from '../../../../packages/cli/src/render/style.ts';
import { mustBeTerminalSafe } from './terminal.ts';

const NOW_MS = 1_765_800_000_000;
const LAYOUTS: readonly Layout[] = [40, 200].flatMap((columns) =>
  [true, false].map((color) => ({ columns, style: styleFor(color), program: 'tapps-mq', now_ms: NOW_MS })),
);

/** Everything that the cli shows of what comes from disk, wide or narrow, styled or not, and as JSON. */
export const render = {
  inspection: (inspection: Inspection): void =>
    check('the boxes', (layout) => boxes(inspection, layout), inspectionJson(inspection, 'tapps-mq', NOW_MS)),
  message: (report: MessageReport): void =>
    check('a message', (layout) => message(report, layout), messageJson(report)),
  deadLetters: (letters: readonly DeadLetter[]): void =>
    check('dead letters', (layout) => deadLetters(letters, layout), letters.map(deadLetterJson)),
  agent: (report: AgentReport): void =>
    check('an agent', (layout) => agent(report, layout), agentJson(report, 'tapps-mq', NOW_MS)),
  operations: (records: readonly OperationRecord[]): void =>
    check('operations', (layout) => operations(records, layout), records.map(operationJson)),
  diagnosis: (diagnosis: Diagnosis): void => {
    const document = diagnosisJson(diagnosis, { program: 'tapps-mq', root: diagnosis.root });
    check('findings', (layout) => findings(document, layout), document);
  },
  replaySteps: (steps: readonly ReplayStep[]): void => {
    check('replay steps', (layout) => replaySteps(steps, layout), steps.map(replayStepJson));
    for (const step of steps) check('a replay step', ({ style }) => replayLine(step, style), {});
  },
};

/** Shows it in one layout, chosen by what is shown: all would cost four times as much and find the same. */
export function check(what: string, show: (layout: Layout) => SafeText, json: object): void {
  const document = terminalSafeJson(json);
  const layout = LAYOUTS[document.length % LAYOUTS.length];
  if (layout !== undefined) mustBeTerminalSafe(String(show(layout)), what, { styled: true });
  mustBeTerminalSafe(document, `the JSON of ${what}`);
  JSON.parse(document);
}
