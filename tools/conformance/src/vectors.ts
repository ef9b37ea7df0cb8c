/** The test vectors of docs/protocol.md, section 2; a test sees to it that they are the same. */
export const VECTORS: readonly {
  readonly kind: 'agent' | 'message' | 'task' | 'workflow' | 'type';
  readonly id: string;
  readonly segment: string;
}[] = [
  { kind: 'agent', id: 'coder', segment: 'coder' },
  { kind: 'agent', id: 'Coder', segment: '%43oder' },
  { kind: 'agent', id: 'code_review', segment: 'code_review' },
  { kind: 'agent', id: '../../x', segment: '%2e.%2f..%2fx' },
  { kind: 'agent', id: '..', segment: '%2e%2e' },
  { kind: 'agent', id: '.', segment: '%2e' },
  { kind: 'agent', id: '-rf', segment: '%2drf' },
  { kind: 'agent', id: 'end.', segment: 'end%2e' },
  { kind: 'agent', id: 'con', segment: '%63on' },
  { kind: 'agent', id: 'con.txt', segment: '%63on.txt' },
  { kind: 'agent', id: 'con%1', segment: '%63on%251' },
  { kind: 'agent', id: 'com1', segment: '%63om1' },
  { kind: 'agent', id: 'CON', segment: '%43%4f%4e' },
  { kind: 'agent', id: 'console', segment: 'console' },
  { kind: 'agent', id: 'con_1', segment: 'con_1' },
  { kind: 'agent', id: 'a:b', segment: 'a%3ab' },
  { kind: 'agent', id: 'a b', segment: 'a%20b' },
  { kind: 'agent', id: 'a%b', segment: 'a%25b' },
  { kind: 'agent', id: 'ü', segment: '%c3%bc' },
  { kind: 'agent', id: '😀', segment: '%f0%9f%98%80' },
  { kind: 'message', id: 'm_1', segment: 'm%5f1' },
  {
    kind: 'message',
    id: '019ba2b5-9a6a-7000-8000-000000000002',
    segment: '019ba2b5-9a6a-7000-8000-000000000002',
  },
  { kind: 'agent', id: 'a'.repeat(28), segment: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
  { kind: 'agent', id: 'a'.repeat(29), segment: 'aaaaaaaaaaaaa%hd49sjhvt8bv27' },
  { kind: 'task', id: 'a'.repeat(300), segment: 'aaaaaaaaaaaaaaaaaaaaa%hj0qvkqvks859n' },
  { kind: 'workflow', id: 'é'.repeat(20), segment: '%c3%a9%c3%a9%c3%a9%c3%hun5cvur35eq98' },
  { kind: 'type', id: 'a'.repeat(64), segment: 'aaaaaaa%hvvg59vjqs35mr' },
];
