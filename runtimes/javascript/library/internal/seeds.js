// What must not be the same in every process, although the image is.

import { forgetRandom, random } from 'native:process';

Object.defineProperty(Math, 'random', { value: random, writable: true, enumerable: false, configurable: true });

/** When a process begins. */
export function begin() {
    forgetRandom();
}
