// Evaluated once, while the image is made: everything that every program has. `start` is where a
// process begins.

import 'belljar:internal/context';
import 'belljar:internal/stack';
import { complete, withoutRequire } from 'belljar:internal/commonjs';
import { asNode } from 'native:modules';
import { hooks } from 'native:process';
import { begin as beginTime } from 'native:perf_hooks';
import { setHandlers, settle, turn } from 'belljar:internal/loop';
import { onRejection, reportRejections, uncaught, unsettled } from 'belljar:internal/program';
import process, { begin, beginClock, deliverSignal } from 'belljar:node/process';
import { ignoreBrokenPipes, install } from 'belljar:internal/streams';
import 'belljar:internal/globals';
import { fillMeta } from 'belljar:internal/meta';
import { main } from 'belljar:command/main';
import { begin as beginSeeds } from 'belljar:internal/seeds';
import 'belljar:internal/preload';
import { adopt } from 'belljar:internal/channel';

complete();
install(process);
setHandlers({ error: uncaught, rejections: reportRejections });

let finishing = false;
let mainEnded = false;

hooks({
    start() {
        beginTime();
        beginClock();
        beginSeeds();
        ignoreBrokenPipes();
        let name = begin('bun');
        const personality = String(name[0] ?? 'bun').split('/').pop();
        if (personality === 'node' || personality === 'npm' || personality === 'npx') {
            name = begin('node');
            asNode();
            withoutRequire();
        }
        adopt();
        const end = () => {
            mainEnded = true;
        };
        main(name).then(end, (error) => {
            end();
            uncaught(error);
        });
        settle();
    },
    turn,
    uncaught,
    signal: deliverSignal,
    finish() {
        if (!finishing) {
            process.emit('beforeExit', process.exitCode ?? 0);
            settle();
            const next = turn();
            if (next >= 0) return true;
        }
        finishing = true;
        if (!mainEnded) unsettled();
        process.exit();
        return false;
    },
    rejected: onRejection,
    meta: fillMeta,
});
