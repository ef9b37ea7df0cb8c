import { hostname, userInfo } from 'node:os';

/** Who is at work here, for records that people read: `ann@build-3 pid 4711`. */
export function operatorName(): string {
  return `${userName()}@${hostname()} pid ${process.pid}`;
}

/** A user id without an entry in the system's list of users has no name: os.userInfo() throws then. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
