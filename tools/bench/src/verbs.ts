/** What a child does when it is told to; the answer is sent as JSON. */
export type Verbs = Readonly<Record<string, (number: number) => unknown>>;
