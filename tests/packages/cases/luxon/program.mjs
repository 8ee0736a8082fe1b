import { DateTime, Duration, FixedOffsetZone, Info, Interval, Settings } from 'luxon';

Settings.defaultZone = 'utc';
Settings.throwOnInvalid = false;

const start = DateTime.fromISO('2024-02-29T13:05:07.089Z');
console.log(start.toISO(), start.toISODate(), start.toISOWeekDate(), start.toHTTP(), start.toSQL());
console.log(start.plus({ months: 12, days: 1, hours: 12 }).toISO(), start.minus({ weeks: 3 }).startOf('week').toISODate());
console.log(start.toFormat("yyyy LLL dd HH:mm 'o''clock' ZZ o W"), start.ordinal, start.isInLeapYear, start.daysInMonth);
console.log(start.setZone(FixedOffsetZone.instance(330)).toISO(), start.setZone('UTC+3', { keepLocalTime: true }).toISO());
console.log(DateTime.fromFormat('12 March 1999 5:30 pm', 'd MMMM yyyy h:mm a').toISO());
console.log(DateTime.fromISO('2024-W10-3').toISODate(), DateTime.fromSQL('2020-05-05 10:11:12').toMillis(), DateTime.fromRFC2822('Tue, 01 Nov 2016 13:23:12 +0630').toISO());
const bad = DateTime.fromObject({ year: 2023, month: 2, day: 30 });
console.log(bad.isValid, bad.invalidReason, bad.invalidExplanation);

const span = Duration.fromObject({ hours: 50, minutes: 90, seconds: 12.5 });
console.log(span.toISO(), span.normalize().toISO(), span.shiftTo('days', 'hours', 'minutes', 'seconds').toFormat('d:hh:mm:ss'), span.as('minutes'));
console.log(Duration.fromISO('P1Y2M10DT2H30M').negate().toISO(), Duration.fromMillis(3_723_004).rescale().toISO());
console.log(JSON.stringify(DateTime.fromISO('2026-05-01').diff(start, ['years', 'months', 'days']).toObject()));

const week = Interval.after(start.startOf('day'), { weeks: 1 });
console.log(week.toISODate(), week.length('hours'), week.contains(start), week.splitBy({ days: 2 }).length);
const other = Interval.fromISO('2024-03-04/2024-03-20');
console.log(week.intersection(other).toISODate(), week.union(other).toISODate(), week.difference(other).map(String).join());
console.log(DateTime.max(start, week.end).toISODate(), start.hasSame(week.end, 'year'), Info.isValidIANAZone('utc'), Info.features().relative);
