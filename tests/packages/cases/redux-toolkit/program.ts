import { combineSlices, configureStore, createAction, createAsyncThunk, createEntityAdapter, createListenerMiddleware, createSelector, createSlice, isAnyOf, isRejected, nanoid, type PayloadAction } from '@reduxjs/toolkit';

interface Todo { id: string; text: string; done: boolean }
const adapter = createEntityAdapter<Todo>({ sortComparer: (a, b) => a.text.localeCompare(b.text) });
const load = createAsyncThunk('todos/load', async (count: number, { rejectWithValue }) => {
  await null;
  if (count < 0) return rejectWithValue('negative');
  if (count > 9) throw new RangeError('too many');
  return Array.from({ length: count }, (_, index) => ({ id: `l${index}`, text: `loaded ${index}`, done: false }));
});
const todos = createSlice({
  name: 'todos',
  initialState: adapter.getInitialState({ status: 'idle' as string, error: null as unknown }),
  reducers: {
    added: { reducer: (state, { payload }: PayloadAction<Todo>) => { adapter.addOne(state, payload); }, prepare: (text: string, id = nanoid()) => ({ payload: { id, text, done: false } }) },
    toggled(state, { payload }: PayloadAction<string>) { const todo = state.entities[payload]; if (todo) todo.done = !todo.done; },
    removed: adapter.removeOne,
  },
  extraReducers: (builder) => builder
    .addCase(load.pending, (state) => { state.status = 'loading'; })
    .addCase(load.fulfilled, (state, { payload }) => { state.status = 'done'; adapter.upsertMany(state, payload); })
    .addMatcher(isRejected, (state, { payload, error }) => { state.status = 'failed'; state.error = payload ?? error.name; }),
  selectors: { status: (state) => state.status },
});
const reset = createAction('reset');
const counter = createSlice({ name: 'counter', initialState: { value: 0 }, reducers: { add(state, { payload }: PayloadAction<number>) { state.value += payload; } }, extraReducers: (builder) => builder.addCase(reset, () => ({ value: 0 })) });

const log: string[] = [];
const listener = createListenerMiddleware();
listener.startListening({ matcher: isAnyOf(counter.actions.add, reset), effect: async (action, api) => { log.push(`heard ${action.type}`); if (counter.actions.add.match(action) && action.payload > 4) api.dispatch(reset()); } });
const store = configureStore({
  reducer: combineSlices(todos, counter),
  middleware: (defaults) => defaults({ serializableCheck: false, immutableCheck: false }).prepend(listener.middleware).concat(() => (next) => (action: any) => { log.push(action.type); return next(action); }),
  devTools: false,
});
let notified = 0;
const stop = store.subscribe(() => { notified += 1; });
store.dispatch(todos.actions.added('write tests', 't1'));
store.dispatch(todos.actions.added('read', 't2'));
store.dispatch(todos.actions.toggled('t2'));
store.dispatch(counter.actions.add(2));
store.dispatch(counter.actions.add(5));
await new Promise((resolve) => setTimeout(resolve, 5));
const selectors = adapter.getSelectors((state: ReturnType<typeof store.getState>) => state.todos);
let computed = 0;
const open = createSelector([selectors.selectAll], (all) => { computed += 1; return all.filter((todo) => !todo.done).map((todo) => todo.text); });
console.log(open(store.getState()).join(), open(store.getState()).join(), computed, store.getState().counter.value, selectors.selectTotal(store.getState()));
console.log((await store.dispatch(load(2))).type, todos.selectors.status(store.getState()), selectors.selectIds(store.getState()).join());
console.log(await store.dispatch(load(-1)).unwrap().catch((error) => error), store.getState().todos.error);
console.log((await store.dispatch(load(10))).meta.requestStatus, store.getState().todos.error, Object.isFrozen(store.getState().todos.entities));
store.dispatch(todos.actions.removed('t1'));
stop();
store.dispatch(reset());
console.log(notified, JSON.stringify(store.getState().todos), log.join(' '));
store.replaceReducer(() => ({ todos: todos.getInitialState(), counter: { value: 99 } }));
console.log(store.getState().counter.value, todos.actions.added('x').payload.id.length);
