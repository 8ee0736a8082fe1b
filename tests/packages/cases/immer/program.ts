import { applyPatches, castDraft, createDraft, current, enableMapSet, enablePatches, finishDraft, freeze, immerable, isDraft, original, produce, produceWithPatches } from 'immer';

enableMapSet();
enablePatches();

interface State { user: { name: string; tags: string[] }; list: { id: number; done: boolean }[]; seen: Map<string, Set<number>>; other: { untouched: true } }
const base: State = {
  user: { name: 'Ada', tags: ['a'] },
  list: [{ id: 1, done: false }, { id: 2, done: false }],
  seen: new Map([['x', new Set([1])]]),
  other: { untouched: true },
};
const next = produce(base, (draft) => {
  draft.user.tags.push('b');
  draft.list.find((item) => item.id === 2)!.done = true;
  draft.list.unshift({ id: 0, done: true });
  draft.seen.get('x')!.add(2);
  draft.seen.set('y', new Set());
  console.log(isDraft(draft), isDraft(draft.user), original(draft.user) === base.user, current(draft).list.length);
});
console.log(JSON.stringify(next.user), JSON.stringify(next.list), [...next.seen].map(([key, set]) => `${key}:${[...set]}`).join(' '));
console.log(base.user.tags.length, base.list.length, [...base.seen.keys()].join(), next.other === base.other, next.list[1] === base.list[0]);
console.log(Object.isFrozen(next), Object.isFrozen(next.list[0]), produce(base, () => {}) === base);

const [changed, patches, inverse] = produceWithPatches(base, (draft) => {
  draft.user.name = 'Grace';
  draft.list.splice(0, 1);
  delete (draft as Partial<State>).other;
  draft.seen.delete('x');
});
console.log(JSON.stringify(patches));
console.log(JSON.stringify(inverse.filter((patch) => patch.path[0] !== 'seen')));
const back = applyPatches(changed, inverse);
console.log(JSON.stringify(back.list) === JSON.stringify(base.list), back.user.name, [...back.seen.keys()].join());

class Clock {
  static [immerable] = true;
  constructor(readonly hour: number, readonly minute: number) {}
  get time() { return `${this.hour}:${this.minute}`; }
}
const later = produce(new Clock(12, 10), (draft) => { castDraft(draft as { hour: number }).hour = 13; });
console.log(later instanceof Clock, later.time);

const toggle = produce((draft: State['list'], id: number) => { const item = draft.find((one) => one.id === id); if (item) item.done = !item.done; });
console.log(JSON.stringify(toggle(base.list, 1)));
const manual = createDraft({ a: [1] });
manual.a.push(2);
console.log(JSON.stringify(finishDraft(manual)));
for (const wrong of [() => { freeze({ a: 1 }).a = 2; }, () => { next.user.name = 'x'; }, () => produce(base, (draft) => { draft.user.name = 'y'; return base; })]) {
  try {
    wrong();
    console.log('allowed');
  } catch (error) {
    console.log((error as Error).constructor.name);
  }
}
