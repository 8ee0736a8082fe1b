import { assign, createActor, createMachine, fromCallback, fromPromise, getInitialSnapshot, getNextSnapshot, raise, setup, toPromise, waitFor } from 'xstate';

const log: string[] = [];
const light = createMachine({
  id: 'light', initial: 'green', context: { cycles: 0 },
  states: {
    green: { on: { NEXT: 'yellow' }, entry: () => log.push('go') },
    yellow: { on: { NEXT: { target: 'red', guard: ({ context }) => context.cycles < 2 } }, after: { 5: 'red' }, exit: 'unknownAction' },
    red: { initial: 'walk', on: { NEXT: { target: 'green', actions: assign({ cycles: ({ context }) => context.cycles + 1 }) } }, states: { walk: { on: { TICK: 'wait' } }, wait: { type: 'final' } }, onDone: { actions: () => log.push('walked') } },
  },
});
const actor = createActor(light);
const seen: string[] = [];
actor.subscribe((snapshot) => seen.push(JSON.stringify(snapshot.value)));
actor.start();
for (const type of ['NEXT', 'NEXT', 'TICK', 'NEXT', 'BOGUS', 'NEXT']) actor.send({ type } as never);
console.log(seen.join(' '), actor.getSnapshot().context.cycles, actor.getSnapshot().can({ type: 'NEXT' } as never), actor.getSnapshot().matches('yellow'), log.join());
await waitFor(actor, (snapshot) => snapshot.matches('red'));
console.log(JSON.stringify(actor.getSnapshot().value));
const persisted = actor.getPersistedSnapshot();
actor.stop();
console.log(JSON.stringify(createActor(light, { snapshot: persisted }).start().getSnapshot().value), actor.getSnapshot().status);

const fetcher = setup({
  types: { context: {} as { tries: number; data?: string; error?: string }, events: {} as { type: 'LOAD'; ok: boolean } | { type: 'RETRY' }, input: {} as { start: number } },
  actors: { load: fromPromise(async ({ input }: { input: { ok: boolean } }) => { await null; if (!input.ok) throw new Error('no luck'); return 'loaded'; }) },
  guards: { mayRetry: ({ context }, params: { most: number }) => context.tries < params.most },
  actions: { count: assign({ tries: ({ context }) => context.tries + 1 }) },
  delays: { pause: 2 },
}).createMachine({
  id: 'fetcher', context: ({ input }) => ({ tries: input.start }), initial: 'idle',
  states: {
    idle: { on: { LOAD: { target: 'loading', actions: 'count' } } },
    loading: { invoke: { src: 'load', input: ({ event }) => ({ ok: event.type === 'LOAD' && event.ok }), onDone: { target: 'success', actions: assign({ data: ({ event }) => event.output }) }, onError: { target: 'failure', actions: assign({ error: ({ event }) => (event.error as Error).message }) } } },
    failure: { after: { pause: [{ guard: { type: 'mayRetry', params: { most: 2 } }, target: 'idle' }, { target: 'gaveUp' }] } },
    success: { type: 'final' }, gaveUp: { type: 'final' },
  },
  output: ({ context }) => context,
});
for (const ok of [true, false]) {
  const one = createActor(fetcher, { input: { start: ok ? 0 : 5 } }).start();
  one.send({ type: 'LOAD', ok });
  console.log(JSON.stringify(await toPromise(one)));
}
const parallel = createMachine({
  type: 'parallel',
  states: {
    bold: { initial: 'off', states: { off: { on: { BOLD: 'on' } }, on: { on: { BOLD: 'off' } } } },
    list: { initial: 'none', states: { none: { on: { LIST: { target: 'bullets', actions: raise({ type: 'BOLD' }) } } }, bullets: {}, memory: { type: 'history' } } },
  },
});
console.log(JSON.stringify(getNextSnapshot(parallel, getInitialSnapshot(parallel), { type: 'LIST' }).value));
const ticker = createActor(createMachine({ context: { ticks: 0 }, invoke: { src: fromCallback(({ sendBack }) => { const timer = setInterval(() => sendBack({ type: 'TICK' }), 1); return () => { clearInterval(timer); log.push('cleaned'); }; }) }, on: { TICK: { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) } } })).start();
await waitFor(ticker, (snapshot) => snapshot.context.ticks >= 3);
ticker.stop();
console.log(log.at(-1));
