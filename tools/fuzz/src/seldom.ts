/** True for one of `of` inputs: what costs as much as a hundred others (drawing tables, say) is done for some only. */
export function seldom(input: Uint8Array, of: number): boolean {
  let sum = input.byteLength;
  for (const byte of input.subarray(0, 8)) sum += byte;
  return sum % of === 0;
}
