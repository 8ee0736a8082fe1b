// What the layer's console asks of the engine. (Imported under the layer's name for its native half.)

import { write } from 'native:process';

// The layer's console writes to the process's streams first; these are for when there are none.
function line(number) {
    return (text) => {
        write(number, `${text}\n`);
    };
}

export const println = line(1);
export const debug = line(1);
export const info = line(1);
export const trace = line(2);
export const warn = line(2);
export const error = line(2);

export function is_logging_enabled() {
    return false;
}

export function timestamp() {
    return Date.now();
}
