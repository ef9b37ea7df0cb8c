export { createImage } from './image.ts';
export type { Image, ImageOptions } from './image.ts';
export { fileSystemKinds } from './kinds.ts';
export type { FileSystemKind } from './kinds.ts';
export { whyUnavailable } from './availability.ts';
export { findProgram, runCommand } from './system-command.ts';
