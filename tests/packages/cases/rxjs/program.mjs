import {
  BehaviorSubject, EMPTY, ReplaySubject, Subject, combineLatest, concat, defer, firstValueFrom, forkJoin, from, interval,
  lastValueFrom, merge, of, range, throwError, timer, zip,
} from 'rxjs';
import {
  bufferCount, catchError, concatMap, debounceTime, delay, distinctUntilChanged, exhaustMap, filter, finalize, groupBy, map,
  mergeMap, pairwise, reduce, retry, scan, share, startWith, switchMap, take, takeUntil, tap, toArray, withLatestFrom,
} from 'rxjs/operators';
import { TestScheduler } from 'rxjs/testing';

const show = async (label, observable) => console.log(label, JSON.stringify(await lastValueFrom(observable.pipe(toArray()))));

await show('scan', range(1, 5).pipe(filter((n) => n % 2 === 1), scan((sum, n) => sum + n, 0)));
await show('concatMap', of(1, 2, 3).pipe(concatMap((n) => of(n, n * 10).pipe(delay(1)))));
await show('groupBy', from(['ant', 'bee', 'asp', 'bat']).pipe(groupBy((word) => word[0]), mergeMap((group) => group.pipe(reduce((all, word) => [...all, word], [group.key])))));
await show('zip', zip(of('a', 'b', 'c'), range(1, 2)));
await show('combine', combineLatest([of(1, 2), of('x', 'y')]));
await show('buffers', range(0, 7).pipe(bufferCount(3), startWith('start')));
await show('pairs', of(1, 1, 2, 2, 3).pipe(distinctUntilChanged(), pairwise()));
await show('concat', concat(of(1), timer(1).pipe(map(() => 2)), EMPTY, of(3)));
await show('interval', interval(1).pipe(take(4)));
let tries = 0;
await show('retry', defer(() => { tries += 1; return tries < 3 ? throwError(() => new Error('no')) : of(`after ${tries}`); }).pipe(retry(5)));
await show('catch', throwError(() => new Error('bad')).pipe(catchError((error) => of(error.message)), finalize(() => console.log('finalized'))));
console.log(JSON.stringify(await firstValueFrom(forkJoin({ a: of(1, 2), b: Promise.resolve('p') }))));

const subject = new Subject();
const log = [];
const stop = new Subject();
const shared = subject.pipe(tap((n) => log.push(`tap${n}`)), share(), takeUntil(stop));
shared.subscribe({ next: (n) => log.push(`a${n}`), complete: () => log.push('done') });
shared.pipe(switchMap((n) => of(n).pipe(delay(0)))).subscribe((n) => log.push(`switched${n}`));
shared.pipe(exhaustMap((n) => timer(5).pipe(map(() => n)))).subscribe((n) => log.push(`exhausted${n}`));
for (const n of [1, 2, 3]) subject.next(n);
await firstValueFrom(timer(30));
stop.next();
subject.next(4);
console.log(log.join(' '));

const state = new BehaviorSubject('first');
const replay = new ReplaySubject(2);
for (const n of [1, 2, 3]) replay.next(n);
replay.complete();
await show('replay', merge(replay, state.pipe(take(1))).pipe(withLatestFrom(state)));

new TestScheduler((actual, expected) => console.log('marbles', JSON.stringify(actual) === JSON.stringify(expected), actual.length)).run(({ cold, expectObservable }) => {
  expectObservable(cold('a-b--c|').pipe(debounceTime(1), map((x) => x.toUpperCase()))).toBe('-A-B--(C|)');
});
