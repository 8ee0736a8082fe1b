// Modules that are evaluated into the image, because programs use them and nothing above has: what is
// not here is evaluated when it is first imported.

import 'node:assert';
import 'node:child_process';
import 'node:diagnostics_channel';
import 'node:fs';
import 'node:fs/promises';
import 'node:http';
import 'node:https';
import 'belljar:node/module';
import 'node:net';
import 'node:os';
import 'node:path';
import 'node:querystring';
import 'node:readline';
import 'node:readline/promises';
import 'node:stream';
import 'node:stream/consumers';
import 'node:stream/promises';
import 'node:string_decoder';
import 'node:timers/promises';
import 'node:tty';
import 'node:zlib';
