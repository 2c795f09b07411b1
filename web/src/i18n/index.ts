// The one door to words on the screen. A second language is a second module of the same shape.
import { en } from './en';

export type Strings = typeof en;
export const text: Strings = en;
