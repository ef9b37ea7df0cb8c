/** The form of a stamp, `20251214T103500_123Z`, for a regular expression. */
export const STAMP = String.raw`\d{8}T\d{6}_\d{3}Z`;

/** How long the stamp is that a name begins with. */
export const STAMP_CHARACTERS = 20;

/** `20251214T103500_123Z`, in UTC. */
export function formatStamp(time_ms: number): string {
  const second = Math.floor(time_ms / 1_000);
  if (second !== lastSecond) {
    // Years outside of 0 to 9999 have a sign and more digits.
    const iso = new Date(second * 1_000).toISOString().replaceAll(/[-:]/g, '');
    lastSecondText = iso.slice(0, iso.indexOf('.'));
    lastSecond = second;
  }
  const millisecond = Math.floor(time_ms) - second * 1_000;
  return `${lastSecondText}_${String(millisecond).padStart(3, '0')}Z`;
}

/** Names that are made one after the other are mostly of one second. */
let lastSecond = Number.NaN;
let lastSecondText = '';

/**
 * The moment of the stamp that a name begins with; null where there is none, such as 24:00 or the 30th of February: what we would
 * make of it is another name.
 */
export function momentIn(fileName: string): number | null {
  const year = numberIn(fileName, 0, 4);
  const month = numberIn(fileName, 4, 6);
  const day = numberIn(fileName, 6, 8);
  const hour = numberIn(fileName, 9, 11);
  const minute = numberIn(fileName, 11, 13);
  const second = numberIn(fileName, 13, 15);
  const millisecond = numberIn(fileName, 16, 19);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  // Every month has so many days; of the others the calendar must be asked.
  if (day > 28 && day > daysIn(year, month)) return null;
  if (year > 99) return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  // Date.UTC takes these years for those of the twentieth century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, millisecond);
}

/** The number that these digits are; taken one by one, they leave nothing to be collected. */
function numberIn(fileName: string, begin: number, end: number): number {
  let number = 0;
  for (let at = begin; at < end; at += 1) number = number * 10 + fileName.charCodeAt(at) - 48;
  return number;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
