/** The run cannot take place: `unavailable` where this computer lacks something that is no fault of the code. */
export class WineError extends Error {
  override readonly name = 'WineError';
  readonly isUnavailable: boolean;

  constructor(message: string, options: { readonly isUnavailable?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.isUnavailable = options.isUnavailable ?? false;
  }
}
